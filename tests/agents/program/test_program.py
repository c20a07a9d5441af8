"""The program guides a model through a turn: it plans, acts, verifies, recovers, and answers."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.agents.program.guided import HOSTED, answer, code, edit, guide, items, plan, plan_of, says, states
from tests.agents.talking import WEATHER, message, result, until
from tests.server_process import ServerProcess


def ran(sdk: OpenAI, session: Any) -> list[Any]:
    return [item for item in items(sdk, session) if item.type == "command_execution"]


def test_code_that_fails_is_corrected_with_its_error(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    goal = says(
        "Write the sum of 2 and 3 to sum.txt.",
        PLAN=plan("code: add the numbers", "answer: the sum"),
        CODE=code("print(total)"),
        CORRECT=code("open('sum.txt', 'w').write(str(2 + 3))\nprint(5)"),
        ANSWER={"text": "It is 5."},
    )
    made = guide(sdk, goal, environment=HOSTED)
    until(sdk, made, "idle")
    looked, failed, corrected, checked = ran(sdk, made)
    assert looked.command.startswith("find .")
    assert failed.command == "print(total)" and "NameError" in failed.output
    assert corrected.command.endswith("print(5)") and "5" in corrected.output
    assert "sum.txt:\n5" in checked.output and checked.exit_code == 0
    assert answer(sdk, made) == "It is 5."
    told = plan_of(scripted_server, made)
    assert told["program"] == "small" and told["rules"]["plan"] is True
    assert states(told) == ["done code", "done answer"]
    assert told["figures"] == {
        "valid": 2, "executable": 1, "correct": 1, "wrong": 0, "malformed": 0, "failed": "",
    }  # fmt: skip
    sdk.beta.agents.sessions.delete(made.id)


def test_the_check_of_the_goal_finds_what_only_looks_done(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    goal = says(
        "Write sum.txt.",
        PLAN=plan("code: write it"),
        CODE=code("print('written')"),
        CORRECT=code("open('sum.txt', 'w').write('5')"),
        ANSWER={"text": "Done."},
    )
    made = guide(sdk, goal, environment=HOSTED)
    until(sdk, made, "idle")
    *_, missing, _, there = ran(sdk, made)
    assert missing.exit_code == 1 and "sum.txt is missing" in missing.output
    assert there.exit_code == 0
    assert answer(sdk, made) == "Done."
    figures = plan_of(scripted_server, made)["figures"]
    assert (figures["correct"], figures["wrong"]) == (1, 1)
    sdk.beta.agents.sessions.delete(made.id)


def test_what_fails_again_and_again_ends_honestly(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    goal = says(
        "Divide.",
        PLAN=plan("code: divide"),
        CODE=code("1 / 0"),
        CORRECT=code("2 / 0"),
        ANSWER={"text": "Done."},
        CANNOT={"text": "I could not do it."},
    )
    made = guide(sdk, goal, environment=HOSTED)
    until(sdk, made, "idle")
    # What was tried before is not run again, so the two pieces that the model knows are run once each.
    assert [item.command for item in ran(sdk, made)[1:]] == ["1 / 0", "2 / 0"]
    assert answer(sdk, made) == "I could not do it."
    told = plan_of(scripted_server, made)
    assert states(told)[0] == "failed code" and told["figures"]["failed"]
    sdk.beta.agents.sessions.delete(made.id)


def test_rules_are_switches(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    said: Any = {"CODE": code("1 / 0"), "CANNOT": {"text": "No."}}
    made = guide(
        sdk, says("Divide.", **said), environment=HOSTED, plan=False, facts=False, recover=False, samples=False
    )
    until(sdk, made, "idle")
    assert [item.command for item in ran(sdk, made)] == ["1 / 0"]
    assert answer(sdk, made) == "No."
    free = guide(sdk, "Hello.", tools=[WEATHER], program=False)
    until(sdk, free, "idle")
    assert plan_of(scripted_server, free)["program"] is None
    sdk.beta.agents.sessions.delete(made.id)


def weathers(**more: Any) -> str:
    return says(
        "How is the weather in Rabat and in Paris?",
        DRAFT={"text": "The city."},
        CALL={"tool_call": {"name": "weather", "arguments": {"city": "Rabat"}}},
        **{
            "PLAN": plan("weather: of Rabat", "weather: of Paris"),
            "REST": plan("weather: of Paris"),
            "ANSWER": {"text": "Sunny in both."},
            **more,
        },
    )


def give(sdk: OpenAI, session: Any) -> None:
    (action,) = until(sdk, session, "requires_action").required_actions
    sdk.beta.agents.sessions.events.create(session.id, events=[result(action.turn_id, action.call_id)])


def test_a_turn_goes_on_after_each_answer_of_the_client(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = guide(sdk, weathers(), tools=[WEATHER])
    until(sdk, made, "requires_action")
    assert states(plan_of(scripted_server, made)) == ["doing weather", "todo weather", "todo answer"]
    give(sdk, made)
    until(sdk, made, "requires_action")
    assert states(plan_of(scripted_server, made)) == ["done weather", "doing weather", "todo answer"]
    give(sdk, made)
    until(sdk, made, "idle")
    assert answer(sdk, made) == "Sunny in both."
    assert plan_of(scripted_server, made)["figures"]["valid"] == 2
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert turn.status == "completed" and turn.usage is not None and turn.usage.output_tokens > 0


def test_what_is_left_is_asked_when_a_function_has_answered(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    for rules, calls in (({}, 2), ({"observe": False}, 1)):
        made = guide(sdk, weathers(PLAN=plan("weather: of Rabat")), tools=[WEATHER], **rules)
        for _ in range(calls):
            give(sdk, made)
        # The second call told nothing new, so it is the last.
        until(sdk, made, "idle")
        assert answer(sdk, made) == "Sunny in both."
        assert plan_of(scripted_server, made)["figures"]["valid"] == calls


def test_what_fails_again_makes_room_for_another_plan(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = guide(sdk, weathers(CANNOT={"text": "Nobody can tell."}), tools=[WEATHER])
    for _ in range(2):
        (action,) = until(sdk, made, "requires_action").required_actions
        failed = {**result(action.turn_id, action.call_id), "success": False, "error": "No signal."}
        del failed["output"]
        sdk.beta.agents.sessions.events.create(made.id, events=[failed])
    # The only function has failed twice, so nothing but to answer is left.
    until(sdk, made, "idle")
    assert answer(sdk, made) == "Nobody can tell."
    assert [item.type for item in items(sdk, made)].count("function_call") == 2


def test_a_person_changes_the_rest_of_the_plan(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = guide(sdk, weathers(), tools=[WEATHER])
    until(sdk, made, "requires_action")
    assert edit(scripted_server, made, ("answer", "now")).status_code == 400
    assert edit(scripted_server, made).status_code == 200
    give(sdk, made)
    until(sdk, made, "idle")
    assert [item.type for item in items(sdk, made)].count("function_call") == 1
    assert answer(sdk, made) == "Sunny in both."
    late = edit(scripted_server, made, ("weather", "of Tokyo"))
    assert late.status_code == 409 and late.json()["error"]["code"] == "no_plan"


def test_the_next_turn_has_a_plan_of_its_own(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = guide(sdk, says("Hello.", PLAN=plan("answer: hello"), ANSWER={"text": "x"}), tools=[WEATHER])
    until(sdk, made, "idle")
    sdk.beta.agents.sessions.events.create(made.id, events=[message(weathers())])
    until(sdk, made, "requires_action")
    assert states(plan_of(scripted_server, made)) == ["doing weather", "todo weather", "todo answer"]


def test_code_of_a_like_turn_that_was_right_is_shown(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    said: Any = {
        "PLAN": plan("code: write it"),
        "LIKE": code("open('snippet.txt', 'w').write('learnt')"),
        "CODE": code("open('snippet.txt', 'w').write('first')"),
        "ANSWER": {"text": "Done."},
    }
    wrote: list[str] = []
    for rules in ({}, {}, {"snippets": False}):
        made = guide(sdk, says("Write a snippet to snippet.txt.", **said), environment=HOSTED, **rules)
        until(sdk, made, "idle")
        wrote.append(ran(sdk, made)[1].command.rpartition("(")[2])
    assert wrote == ["'first')", "'learnt')", "'first')"]


def test_words_in_the_middle_of_a_turn_belong_to_its_task(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    pace: Any = {"tokens_per_second": 8}
    goal = says(
        "Add the numbers.",
        PLAN=plan("code: add the numbers", **pace),
        CODE=code("print(2 + 3)", **pace),
        FRENCH={"text": "Cinq."},
        ANSWER={"text": "Five."},
    )
    made = guide(sdk, goal, environment=HOSTED)
    sdk.beta.agents.sessions.events.create(made.id, events=[message("Answer in French.")])
    until(sdk, made, "idle")
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert turn.status == "completed"
    assert answer(sdk, made) == "Cinq."
    assert [item.command for item in ran(sdk, made)].count("print(2 + 3)") == 1
    sdk.beta.agents.sessions.delete(made.id)
