"""Responses of several steps: the model calls what the server runs, reads what came of it, and goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from typing import Any

import pytest

from earthshine.tools import registry
from tests.responses.app import ROOT, People, open_people
from tests.responses.clients import LOOK_UP
from tests.tools.line_tools import FILE, install, keys

Json = dict[str, Any]
ADD, KEEP = {"type": "add_line"}, {"type": "keep_line"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    folder = tmp_path_factory.mktemp("packages")
    install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FILE, str(folder / "lines"))
        patch.setattr(sys, "path", [str(folder), *sys.path])
        forget()
        with open_people(tmp_path_factory.mktemp("data")) as opened:
            yield opened
    forget()


def forget() -> None:
    registry._entries.cache_clear()
    registry._load.cache_clear()


def add(line: str = "x", name: str = "add_line") -> Json:
    return {"name": name, "arguments": {"line": line}}


def respond(people: People, *replies: Json, **more: Any) -> Any:
    return people.respond(people.key, f"!script {json.dumps(list(replies))}", **more)


def types(response: Json) -> list[str]:
    return [item["type"] for item in response["output"]]


def events_of(people: People, response: Json) -> list[Json]:
    page = people.ask("GET", f"/responses/{response['id']}/journal?limit=1000", who=people.key)
    return [each["event"] for each in page["data"]]


def test_the_model_calls_reads_and_answers(people: People) -> None:
    made = respond(people, {"text": "I add.", "tool_call": add("moon")}, {"text": "Done."}, tools=[ADD])
    assert types(made) == ["message", "function_call", "function_call_output", "message"]
    _, call, answer, last = made["output"]
    assert (answer["call_id"], answer["output"], answer["status"]) == (call["call_id"], "Added: moon", "completed")
    assert last["content"][0]["text"] == "Done."
    assert made["status"] == "completed"
    events = events_of(people, made)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    [told] = [event for event in events if event["type"] == "response.add_line.adding"]
    assert (told["line"], told["item_id"], told["output_index"]) == ("moon", call["id"], 1)
    assert people.ask("GET", f"/responses/{made['id']}", who=people.key) == made


def test_each_step_of_the_model_is_charged_and_the_usage_is_their_sum(people: People) -> None:
    made = respond(people, {"tool_call": add()}, {"text": "one two three"}, tools=[ADD])
    [line] = people.ask("GET", "/responses?limit=1", who=people.key)["data"]
    page = people.ask("GET", f"/responses/{made['id']}/journal", who=people.key)["summary"]
    parts = page["costs"]["parts"]
    assert [part["unit"] for part in parts] == ["tokens", "tokens"]
    assert sum(part["quantity"] for part in parts) == made["usage"]["total_tokens"]
    assert line["id"] == made["id"]
    assert (line["input_tokens"], line["output_tokens"]) == tuple(
        made["usage"][name] for name in ("input_tokens", "output_tokens")
    )


def test_what_a_tool_uses_is_charged_with_its_step(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(registry.find("add_line")), "unit", "searches")
    for body in ({}, {"store": False}):
        made = respond(people, {"tool_call": add()}, {"text": "Done."}, tools=[ADD], **body)
        assert types(made) == ["function_call", "function_call_output", "message"]
        if made["store"]:
            page = people.ask("GET", f"/responses/{made['id']}/journal", who=people.key)["summary"]
            used = [(part["name"], part["unit"], part["quantity"]) for part in page["costs"]["parts"]]
            assert ("add_line", "searches", 1) in used


def test_what_a_tool_says_went_wrong_is_what_the_model_reads(people: People) -> None:
    made = respond(people, {"tool_call": add()}, tools=[{**ADD, "mood": "bad"}])
    assert made["output"][1]["output"] == "Error: The file is read only."
    assert "The file is read only." in made["output"][2]["content"][0]["text"]
    made = respond(people, {"tool_call": {"name": "add_line", "arguments": "{broken"}}, tools=[ADD])
    assert made["output"][1]["output"].startswith("Error: The arguments are not JSON")
    made = respond(people, {"tool_call": add()}, tools=[{**ADD, "mood": "broken"}])
    assert made["output"][1]["output"] == "Error: The tool broke. It may or may not have been done."
    assert made["status"] == "completed"


def test_a_call_of_the_clients_ends_the_response(people: People) -> None:
    calls = [add("a"), {"name": "look_up", "arguments": {"word": "moon"}}, add("b", "keep_line")]
    made = respond(people, {"tool_calls": calls}, {"text": "later"}, tools=[ADD, KEEP, LOOK_UP])
    assert types(made) == ["function_call"] * 3 + ["function_call_output"] * 2
    assert made["status"] == "completed"
    answer = {"type": "function_call_output", "call_id": made["output"][1]["call_id"], "output": "found"}
    body = {"model": "scripted", "input": [answer], "previous_response_id": made["id"], "tools": [ADD, KEEP, LOOK_UP]}
    after = people.ask("POST", "/responses", body, who=people.key)
    assert after["output"][0]["content"][0]["text"] == "later"


def test_calls_beyond_the_allowed_ones_are_ignored(people: People) -> None:
    calls = {"tool_calls": [add("one"), add("two"), add("three")]}
    made = respond(people, calls, {"tool_call": add("four")}, {"text": "never"}, tools=[ADD], max_tool_calls=2)
    assert types(made) == ["function_call"] * 2 + ["function_call_output"] * 2 + ["message"]
    assert [json.loads(item["arguments"])["line"] for item in made["output"][:2]] == ["one", "two"]
    # Client functions are not counted.
    both = {"tool_calls": [add("one"), {"name": "look_up", "arguments": {"word": "w"}}]}
    made = respond(people, both, tools=[ADD, LOOK_UP], max_tool_calls=1)
    assert types(made) == ["function_call", "function_call", "function_call_output"]


def test_one_call_at_a_time(people: People) -> None:
    replies = [{"tool_calls": [add("one"), add("two")]}, {"text": "Done."}]
    made = respond(people, *replies, tools=[ADD], parallel_tool_calls=False)
    assert types(made) == ["function_call", "function_call_output", "message"]


def test_a_demanded_call_is_demanded_once(people: People) -> None:
    made = respond(people, {"tool_call": add()}, {"text": "Done."}, tools=[ADD, LOOK_UP], tool_choice="required")
    assert types(made) == ["function_call", "function_call_output", "message"]
    made = respond(people, {}, {"text": "Done."}, tools=[LOOK_UP, ADD], tool_choice={"type": "add_line"})
    assert made["output"][0]["name"] == "add_line"
    assert made["output"][-1]["content"][0]["text"] == "Done."


def test_the_output_limit_holds_for_all_steps_together(people: People) -> None:
    replies = [{"tool_call": add()}, {"text": "word " * 50}]
    made = respond(people, *replies, tools=[ADD], max_output_tokens=20)
    assert made["status"] == "incomplete"
    assert made["incomplete_details"] == {"reason": "max_output_tokens"}
    assert made["usage"]["output_tokens"] == 20


def test_what_returns_the_same_to_the_same_call_is_not_offered_again(people: People) -> None:
    made = respond(people, *[{"tool_call": add("same")}] * 9, tools=[ADD])
    assert types(made) == ["function_call", "function_call_output"] * 2 + ["message"]


def test_a_model_that_calls_for_ever_has_to_answer(people: People) -> None:
    made = respond(people, *({"tool_call": add(str(number))} for number in range(40)), tools=[ADD])
    assert types(made).count("function_call") == 31
    assert types(made)[-1] == "message"


def test_what_is_not_stored_has_steps_too(people: People) -> None:
    made = respond(people, {"tool_call": add()}, {"text": "Done."}, tools=[ADD], store=False)
    assert types(made) == ["function_call", "function_call_output", "message"]


def test_a_conversation_gets_all_items(people: People) -> None:
    conversation = people.ask("POST", "/conversations", {}, who=people.key)["id"]
    made = respond(people, {"tool_call": add()}, {"text": "Done."}, tools=[ADD], conversation=conversation)
    items = people.ask("GET", f"/conversations/{conversation}/items?order=asc", who=people.key)["data"]
    assert items[1:] == made["output"]


@pytest.mark.parametrize(
    ("tool", "status", "param"),
    [
        ({"type": "no_such_line"}, 400, "tools[0].type"),
        ({"type": "add_line", "mood": "odd"}, 400, "tools[0].mood"),
        ({"type": "add_line", "surprise": 1}, 400, "tools[0].surprise"),
    ],
)
def test_a_tool_that_cannot_be_had_is_named(people: People, tool: Json, status: int, param: str) -> None:
    body = {"model": "scripted", "input": "Hello.", "tools": [tool]}
    error = people.ask("POST", "/responses", body, who=people.key, status=status)["error"]
    assert error["param"] == param


def test_a_tool_may_need_a_permission_or_what_is_not_here(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = registry.find("add_line")
    body = {"model": "scripted", "input": "Hello.", "tools": [ADD]}
    monkeypatch.setattr(type(tool), "needs", frozenset({"container"}))
    error = people.ask("POST", "/responses", body, who=people.key, status=400)["error"]
    assert (error["param"], "container" in error["message"]) == ("tools[0].type", True)
    monkeypatch.setattr(type(tool), "needs", frozenset())
    monkeypatch.setattr(type(tool), "permission", "project.manage")
    error = people.ask("POST", "/responses", body, who=people.key, status=403)["error"]
    assert "project.manage" in error["message"]
    people.ask("POST", "/responses", body, who=ROOT)


def test_each_call_has_a_key_of_its_own(people: People) -> None:
    assert len(keys()) == len(set(keys())) > 10


def calls(*lines: str, name: str) -> Json:
    return {"tool_calls": [add(line, name) for line in lines]}


def test_what_may_be_repeated_is_run_side_by_side_and_answered_in_order(people: People) -> None:
    # The first ends only when the second has come.
    made = respond(people, calls("waits", "comes", "more", name="keep_line"), {"text": "Done."}, tools=[KEEP])
    assert types(made) == ["function_call"] * 3 + ["function_call_output"] * 3 + ["message"]
    outputs = [item["output"] for item in made["output"] if item["type"] == "function_call_output"]
    assert outputs == ["Added: waits", "Added: comes", "Added: more"]
    ids = [item["call_id"] for item in made["output"] if "call_id" in item]
    assert ids[:3] == ids[3:]
    steps = [key.split(":")[1] for key in keys() if key.startswith(made["id"])]
    assert sorted(steps) == ["1", "2", "3"]
    assert steps[0] == "2" or steps[-1] == "1"


def test_what_must_not_be_repeated_is_run_in_order(people: People) -> None:
    made = respond(people, calls("one", "two", "three", name="add_line"), {"text": "Done."}, tools=[ADD])
    assert [key.split(":")[1] for key in keys() if key.startswith(made["id"])] == ["1", "2", "3"]
