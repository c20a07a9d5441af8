"""Words in the middle of a turn: taken at the next step, once, in the order in which they came; strict SDK."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from openai import ConflictError, OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.talking import WEATHER, begin, call, follow, message, result, script, until
from tests.patience import PATIENCE

HOSTED: Any = {"type": "openai_hosted"}


def shell(*commands: str) -> Any:
    return {"tool_call": {"name": "shell", "arguments": {"commands": list(commands)}}}


def said(sdk: OpenAI, session: AgentSession) -> list[str]:
    """What users and the agent said and did, in order."""
    told: list[str] = []
    for item in sdk.beta.agents.sessions.items.list(session.id, order="asc"):
        if item.type == "message":
            text = "".join(getattr(part, "text", "") for part in item.content)
            told.append(f"{item.role}: {text.removeprefix('!script ')[:40]}")
        else:
            told.append(item.type)
    return told


def begin_hosted(sdk: OpenAI, said: str) -> AgentSession:
    made: AgentSession = sdk.beta.agents.sessions.create(environment=HOSTED, agent={"model": "scripted"}, input=said)
    return made


def test_words_are_taken_before_the_next_step(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin_hosted(sdk, script(shell("sleep 2; echo one"), {"text": "Not reached."}))
    seen: list[Any] = []
    reader = follow(sdk, made.id, seen.append, until="agent.session.idle")
    _until_item(sdk, seen, "command_execution")
    for _ in range(2):
        sessions.events.create(made.id, events=[message("First this.")], idempotency_key="one")
    sessions.events.create(made.id, events=[message("Then that.")])
    about: Any = sessions.retrieve(made.id).to_dict()["earthshine"]
    assert (about["paused"], about["waiting_messages"]) == (False, 2)
    until(sdk, made, "idle")
    reader.join(30)
    told = said(sdk, made)
    assert told[1:4] == ["command_execution", "user: First this.", "user: Then that."]
    assert len(told) == 5 and told[4].startswith("assistant: ")
    (turn,) = sessions.turns.list(made.id)
    assert turn.status == "completed" and turn.usage is not None
    kinds = [(event.type, getattr(getattr(event, "item", None), "type", "")) for event in seen]
    ran = kinds.index(("agent.session.turn.item.done", "command_execution"))
    taken = [place for place, kind in enumerate(kinds) if kind == ("agent.session.turn.item.added", "message")]
    assert [place > ran for place in taken] == [False, True, True, True]
    items = {item.id for item in sessions.items.list(made.id)}
    added = [event.item.id for event in seen if event.type == "agent.session.turn.item.added"]
    assert set(added) == items and len(added) == len(items)
    assert len({event.event_id for event in seen}) == len(seen)


def test_words_during_the_answer_make_the_turn_go_on(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script({"pieces": 40, "tokens_per_second": 8}))
    seen: list[Any] = []
    follow(sdk, made.id, seen.append, until="agent.session.idle")
    ends = time.monotonic() + PATIENCE
    while not any(event.type == "agent.session.turn.output_text.delta" for event in list(seen)):
        assert time.monotonic() < ends
        time.sleep(0.02)
    clients = [
        threading.Thread(target=lambda n=n: sessions.events.create(made.id, events=[message(f"word {n}")]))
        for n in range(4)
    ]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    until(sdk, made, "idle")
    told = said(sdk, made)
    assert len(list(sessions.turns.list(made.id))) == 1
    assert sorted(each for each in told if each.startswith("user: word")) == [f"user: word {n}" for n in range(4)]
    assert [each.split(":")[0] for each in told] == ["user", "assistant", *["user"] * 4, "assistant"]


def test_words_wait_for_the_answer_to_a_call(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script(call("Rabat"), {"text": "So."}), tools=[WEATHER])
    (action,) = until(sdk, made, "requires_action").required_actions
    assert action.type == "function_call"
    sessions.events.create(made.id, events=[message("And tell me why.")])
    assert sessions.retrieve(made.id).required_actions == [action]
    sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)])
    until(sdk, made, "idle")
    assert said(sdk, made)[1:4] == ["function_call", "function_call_output", "user: And tell me why."]


def test_a_cancel_is_at_once_and_its_words_are_for_the_next_turn(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin_hosted(sdk, script(shell("sleep 600"), {"text": "x"}))
    until(sdk, made, "in_progress")
    time.sleep(0.5)
    sessions.events.create(made.id, events=[message("Wait."), {"type": "agent.session.input.cancel"}])
    until(sdk, made, "idle")
    assert [turn.status for turn in sessions.turns.list(made.id)] == ["cancelled"]
    assert said(sdk, made)[-1] == "user: Wait."
    with sessions.stream(made.id, input="Go on.") as events:
        assert events.get_final_result().turn.status == "completed"
    assert [each for each in said(sdk, made) if each.startswith("user: ")][-2:] == ["user: Wait.", "user: Go on."]


def test_no_more_words_wait_than_anybody_means(sdk: OpenAI) -> None:
    made = begin(sdk, script(call("Rabat")), tools=[WEATHER])
    until(sdk, made, "requires_action")
    many = {**message("x"), "input": message("x")["input"] * 100}
    sdk.beta.agents.sessions.events.create(made.id, events=[many])
    with pytest.raises(ConflictError) as refused:
        sdk.beta.agents.sessions.events.create(made.id, events=[message("one more")])
    assert refused.value.code == "active_turn_not_steerable"


def test_a_turn_is_paused_and_goes_on(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin_hosted(sdk, script(shell("sleep 2; echo one"), {"text": "Done."}))
    place = f"/../earthshine/v1/agents/sessions/{made.id}"
    until(sdk, made, "in_progress")
    for _ in range(2):
        assert _post(sdk, f"{place}/pause")["earthshine"]["paused"]
    ends = time.monotonic() + PATIENCE
    while "command_execution" not in said(sdk, made):
        assert time.monotonic() < ends
        time.sleep(0.1)
    time.sleep(3.5)  # longer than the server looks for what is to begin
    now = sessions.retrieve(made.id)
    assert (now.status, said(sdk, made)[1:]) == ("in_progress", ["command_execution"])
    sessions.events.create(made.id, events=[message("Say more.")])
    seen: list[Any] = []
    reader = follow(sdk, made.id, seen.append, until="agent.session.idle")
    assert not _post(sdk, f"{place}/resume")["earthshine"]["paused"]
    until(sdk, made, "idle")
    reader.join(30)
    assert said(sdk, made)[1:3] == ["command_execution", "user: Say more."]
    assert seen[-2].type == "agent.session.turn.completed"
    with pytest.raises(ConflictError):
        _post(sdk, f"{place}/pause")


def test_a_paused_turn_without_words_goes_on_where_it_was(sdk: OpenAI) -> None:
    made = begin_hosted(sdk, script(shell("sleep 2; echo one"), {"text": "Done."}))
    place = f"/../earthshine/v1/agents/sessions/{made.id}"
    until(sdk, made, "in_progress")
    _post(sdk, f"{place}/pause")
    time.sleep(4)
    _post(sdk, f"{place}/resume")
    until(sdk, made, "idle")
    assert said(sdk, made)[1:] == ["command_execution", "assistant: Done."]


def _post(sdk: OpenAI, path: str) -> Any:
    return sdk.post(path, cast_to=object)


def _until_item(sdk: OpenAI, seen: list[Any], kind: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not any(event.type.endswith("item.added") and event.item.type == kind for event in list(seen)):
        assert time.monotonic() < ends, [event.type for event in seen]
        time.sleep(0.05)
