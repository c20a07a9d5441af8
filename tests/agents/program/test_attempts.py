"""How often a step is tried, and from what."""

from __future__ import annotations

import pytest

from earthshine.agents.program.actions import Action
from earthshine.agents.program.attempts import HEAT, figures, is_good, is_repeated, next_try
from earthshine.agents.program.plan import lines
from earthshine.agents.program.plan.lines import Line
from earthshine.agents.program.rules import Rules
from earthshine.agents.program.state import State

WRONG = Action("code_interpreter", "x", "NameError", ok=False)
CUT = Action("code_interpreter", "x", "The server stopped while this ran. Look.", ok=False)
GOOD = Action("code_interpreter", "y", "5", ok=True)


def state(*tries: Action) -> State:
    return State("", plan=lines.begun([Line("code", "add"), Line("answer")]), tries=list(tries), every=list(tries))


@pytest.mark.parametrize(
    ("effort", "samples"), [("none", 1), ("low", 1), (None, 2), ("medium", 2), ("high", 4), ("max", 8)]
)
def test_the_effort_says_how_often_a_step_begins_anew(effort: str | None, samples: int) -> None:
    tries: list[Action] = []
    made = []
    while (found := next_try(state(*tries), Rules(), effort)) is not None:
        made.append((found.failed is not None, found.heat))
        tries.append(WRONG)
    again = [(False, HEAT), (True, 0.0), (True, 0.0)]
    assert made == [(False, 0.0), (True, 0.0), (True, 0.0), *again * (samples - 1)]


def test_rules_leave_one_try() -> None:
    once = Rules(recover=False, samples=False)
    assert next_try(state(), once, "max") is not None
    assert next_try(state(WRONG), once, "max") is None


def test_what_a_crash_has_cut_is_no_try() -> None:
    found = next_try(state(CUT), Rules(recover=False, samples=False), None)
    assert found is not None and found.failed is CUT and found.number == 0
    assert is_repeated("code_interpreter", "x  # again", [WRONG]) and not is_repeated("code_interpreter", "x", [CUT])


def test_the_last_step_must_stand_the_check() -> None:
    assert not is_good(state(), Rules(), "") and not is_good(state(WRONG), Rules(), "")
    assert is_good(state(WRONG, GOOD), Rules(), "")
    checked = state(GOOD)
    assert not is_good(checked, Rules(), "test -s a") and is_good(checked, Rules(check=False), "test -s a")
    checked.checked = Action("shell", ": check", "", ok=True)
    assert is_good(checked, Rules(), "test -s a")


def test_the_four_numbers() -> None:
    now = state(WRONG, GOOD)
    now.checks = [WRONG, GOOD]
    assert figures(now, 0) == {"valid": 2, "executable": 1, "correct": 1, "wrong": 1, "malformed": 0}
