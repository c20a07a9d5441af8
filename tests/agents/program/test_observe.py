"""When the rest of a plan is made anew, and what is not called again."""

from __future__ import annotations

from earthshine.agents.program import observe
from earthshine.agents.program.actions import Action
from earthshine.agents.program.plan.lines import Line, begun
from earthshine.agents.program.state import State

LOOK = Action("look", "{}", "A page.", ok=True)
CLICK = Action("click", '{"number": 1}', "Another page.", ok=True)
WRONG = Action("click", '{"number": 9}', "Error: no such element", ok=False)


def state(*every: Action) -> State:
    return State("Task.", plan=begun([Line("click"), Line("answer")]), every=list(every), tries=list(every[-1:]))


def test_what_told_nothing_new_is_no_reason_to_plan() -> None:
    assert observe.learnt(state(LOOK)) and observe.learnt(state(LOOK, CLICK))
    assert not observe.learnt(state(LOOK, CLICK, CLICK))


def test_what_failed_or_has_just_answered_is_not_called_next() -> None:
    assert observe.spent(state(LOOK)) == {"look"}
    assert observe.spent(state(LOOK, CLICK)) == set()
    assert observe.spent(state(LOOK, WRONG)) == {"click"}
    assert observe.spent(state(WRONG, LOOK, CLICK)) == set()
    code = Action("code_interpreter", "x", "NameError", ok=False)
    assert observe.spent(state(code)) == set()


def test_a_function_has_one_correction() -> None:
    tried = State("Task.", tries=[WRONG], every=[WRONG])
    assert not observe.failed_again(tried)
    tried.tries.append(WRONG)
    assert observe.failed_again(tried) and not observe.is_hopeless(tried)
    tried.every = [LOOK, *[WRONG] * 6]
    assert observe.is_hopeless(tried)
