"""Subagents through the official SDK, strict: made, waited for, told more, interrupted, closed, read."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from tests.agents.talking import NONE, WEATHER, begin, call, follow, message, result, script, until
from tests.patience import PATIENCE

MULTI: Any = {"multi_agent": {"enabled": True, "max_concurrent_subagents": 2}}


def calls(*made: tuple[str, Any]) -> Any:
    return {"tool_calls": [{"name": name, "arguments": arguments} for name, arguments in made]}


def create(*tasks: str) -> Any:
    return calls(*(("create_subagent", {"task": task}) for task in tasks))


def wait(*agents: int) -> Any:
    return calls(("wait_for_subagents", {"agents": list(agents)}))


def test_two_subagents_work_and_are_waited_for(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    first, second = script({"text": "قمر one."}), script({"text": "Two 月."})
    agent: Any = {"model": "scripted", **MULTI}
    said = script(create(first, second), wait(1, 2), {"text": "Both are done."})
    with sessions.create(environment=NONE, agent=agent, input=said, stream=True) as events:
        told = list(events)
    kinds = [event.type for event in told]
    assert kinds[-1] == "agent.session.idle" and kinds.count("agent.session.idle") == 1
    made = [event.subagent for event in told if event.type == "agent.session.subagent.created"]
    assert [each.name for each in made] == ["subagent 1", "subagent 2"]
    assert {each.status for each in made} == {"active"}
    session_id = made[0].session_id
    ended = [event.turn for event in told if event.type == "agent.session.turn.completed"]
    assert [turn.subagent_id for turn in ended[:2]] and ended[-1].subagent_id is None
    assert {turn.subagent_id for turn in ended} == {None, made[0].id, made[1].id}
    # What is waited for is told before what follows it.
    waited = next(
        place
        for place, event in enumerate(told)
        if event.type == "agent.session.turn.item.done" and event.item.type == "wait_for_subagents_call"
    )
    assert all(kinds.index("agent.session.turn.completed", 0, waited) < waited for _ in ended[:2])
    assert sum(kind == "agent.session.turn.completed" for kind in kinds[:waited]) == 2
    assert len({event.event_id for event in told}) == len(told)

    items = list(sessions.items.list(session_id, order="asc"))
    assert [item.type for item in items] == [
        "message",
        "create_subagent_call",
        "create_subagent_call",
        "wait_for_subagents_call",
        "message",
    ]
    one, _, waits = items[1:4]
    assert one.type == "create_subagent_call" and one.status == "completed"
    assert one.content[0].type == "output_text" and one.content[0].text == first
    assert waits.type == "wait_for_subagents_call" and waits.recipient_agent_ids == [each.id for each in made]
    assert waits.sender_agent_id == made[0].parent_agent_id == one.agent_id
    listed = list(sessions.subagents.list(session_id))
    assert [each.id for each in listed] == [made[1].id, made[0].id]
    assert [each.id for each in sessions.subagents.list(session_id, limit=1, order="asc")] == [each.id for each in made]
    assert sessions.subagents.retrieve(made[0].id, session_id=session_id) == made[0]
    subs = sessions.subagents
    (turn,) = subs.turns.list(made[0].id, session_id=session_id)
    assert (turn.subagent_id, turn.status, turn.agent_id) == (made[0].id, "completed", made[0].id)
    assert subs.turns.retrieve(turn.id, session_id=session_id, subagent_id=made[0].id) == turn
    asked, answered = subs.items.list(made[0].id, session_id=session_id, order="asc")
    assert asked.type == answered.type == "message"
    assert answered.type == "message" and answered.output_text == "قمر one."
    assert [
        item.id for item in subs.turns.items.list(turn.id, session_id=session_id, subagent_id=made[0].id, order="asc")
    ] == [asked.id, answered.id]
    # Each has turns of its own only, and the tokens of all are the session's.
    (own,) = sessions.turns.list(session_id)
    with pytest.raises(NotFoundError):
        sessions.turns.retrieve(turn.id, session_id=session_id)
    with pytest.raises(NotFoundError):
        subs.turns.retrieve(own.id, session_id=session_id, subagent_id=made[0].id)
    with pytest.raises(NotFoundError):
        subs.turns.retrieve(turn.id, session_id=session_id, subagent_id=made[1].id)
    used = sessions.retrieve(session_id).usage
    assert used is not None and own.usage is not None
    assert used.total_tokens > own.usage.total_tokens
    sessions.delete(session_id)
    with pytest.raises(NotFoundError):
        sessions.subagents.list(session_id)


def test_a_subagent_calls_a_function_of_the_client(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    task = script(call("Rabat"), {"text": "Sunny in Rabat."})
    made = begin(sdk, script(create(task), wait(1), {"text": "So."}), tools=[WEATHER], agent=MULTI)
    waiting = until(sdk, made, "requires_action")
    (action,) = waiting.required_actions
    (helper,) = sessions.subagents.list(made.id)
    (turn,) = sessions.subagents.turns.list(helper.id, session_id=made.id)
    assert action.type == "function_call"
    assert (action.turn_id, turn.status, action.name) == (turn.id, "waiting", "weather")
    # Its agent waits for it meanwhile: that is no action of the client's.
    (own,) = sessions.turns.list(made.id)
    assert own.status == "in_progress"
    with pytest.raises(BadRequestError, match="Unknown pending tool call"):
        sessions.events.create(made.id, events=[result(own.id, action.call_id)])
    seen: list[Any] = []
    asked = threading.Event()

    def told(event: Any) -> None:
        seen.append(event)
        if event.type == "agent.session.requires_action":
            asked.set()

    reader = follow(sdk, made.id, told, until="agent.session.idle")
    assert asked.wait(PATIENCE), seen
    sessions.events.create(made.id, events=[result(turn.id, action.call_id)])
    reader.join(PATIENCE)
    assert until(sdk, made, "idle").required_actions == []
    items = [item.type for item in sessions.subagents.items.list(helper.id, session_id=made.id, order="asc")]
    assert items == ["message", "function_call", "function_call_output", "message"]
    # A reader who comes in the middle hears of all of the turn, the subagent's too, once.
    kinds = [event.type for event in seen]
    assert kinds.count("agent.session.turn.created") == kinds.count("agent.session.turn.completed") == 2
    assert kinds.count("agent.session.subagent.created") == kinds.count("agent.session.requires_action") == 1
    assert len({event.event_id for event in seen}) == len(seen)


def test_the_sdks_helper_makes_a_subagents_calls(sdk: OpenAI) -> None:
    made = begin(sdk, "Hello.", tools=[WEATHER], agent=MULTI)
    until(sdk, made, "idle")
    task = script(call("Fès"), {"text": "Sunny."})
    said = script(create(task), wait(1), {"text": "It is sunny."})
    asked: list[Any] = []

    def weather(arguments: Any) -> str:
        asked.append(arguments)
        return "Sunny."

    with sdk.beta.agents.sessions.stream(made.id, input=said, tool_handlers={"weather": weather}) as events:
        assert "It is sunny." in str(events.get_final_result())
    assert asked == [{"city": "Fès"}]


def test_a_cancel_stops_the_subagents_too(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    slow = script({"pieces": 400, "tokens_per_second": 10})
    made = begin(sdk, script(create(slow), wait(1), {"text": "So."}), agent=MULTI)
    (helper,) = helpers(sdk, made, 1)
    sessions.events.create(made.id, events=[{"type": "agent.session.input.cancel"}])
    until(sdk, made, "idle")
    (own,) = sessions.turns.list(made.id)
    (turn,) = sessions.subagents.turns.list(helper.id, session_id=made.id)
    assert (own.status, turn.status) == ("cancelled", "cancelled")
    # The session goes on, with the subagent that it had.
    again = script(calls(("send_subagent_input", {"agent": 1, "input": "Say hello."})), wait(1), {"text": "So."})
    sessions.events.create(made.id, events=[message(again)])
    until(sdk, made, "idle")
    after, _ = sessions.subagents.turns.list(helper.id, session_id=made.id)
    assert after.status == "completed"
    last, said = list(sessions.subagents.items.list(helper.id, session_id=made.id))[:2]
    assert (last.turn_id, said.turn_id) == (after.id, after.id)


def test_words_reach_one_that_is_at_work(sdk: OpenAI) -> None:
    slow = script({"pieces": 30, "tokens_per_second": 15})
    more = calls(("send_subagent_input", {"agent": 1, "input": "And the moon?"}))
    made = begin(sdk, script(create(slow), more, wait(1), {"text": "So."}), agent=MULTI)
    until(sdk, made, "idle")
    subs = sdk.beta.agents.sessions.subagents
    (helper,) = subs.list(made.id)
    (turn,) = subs.turns.list(helper.id, session_id=made.id)
    assert turn.status == "completed"
    items = list(subs.items.list(helper.id, session_id=made.id, order="asc"))
    assert [item.role for item in items if item.type == "message"] == ["user", "assistant", "user", "assistant"]
    assert "And the moon?" in str(items[-1])


def test_one_is_interrupted_closed_and_opened(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    slow = script({"pieces": 400, "tokens_per_second": 10})
    about = {"agent": 1}
    made = begin(
        sdk,
        script(
            create(slow),
            calls(("interrupt_subagent", about)),
            calls(("close_subagent", about)),
            calls(("resume_subagent", about), ("interrupt_subagent", {"agent": 5})),
            {"text": "So."},
        ),
        agent=MULTI,
    )
    seen: list[Any] = []
    follow(sdk, made.id, seen.append, until="agent.session.idle").join(30)
    until(sdk, made, "idle")
    (helper,) = sessions.subagents.list(made.id)
    assert (helper.status, helper.closed_at) == ("active", None)
    (turn,) = sessions.subagents.turns.list(helper.id, session_id=made.id)
    assert turn.status == "cancelled"
    items = list(sessions.items.list(made.id, order="asc"))
    assert [(item.type, getattr(item, "status", None)) for item in items[1:6]] == [
        ("create_subagent_call", "completed"),
        ("interrupt_subagent_call", "completed"),
        ("close_subagent_call", "completed"),
        ("resume_subagent_call", "completed"),
        ("interrupt_subagent_call", "failed"),
    ]
    changes = [event.subagent.status for event in seen if event.type.startswith("agent.session.subagent")]
    if seen[0].type == "agent.session.turn.created":  # it began to listen before the end
        assert changes == ["active", "closed", "active"]


def helpers(sdk: OpenAI, session: Any, count: int) -> list[Any]:
    """Wait until a session has so many subagents that are at work."""
    ends = time.monotonic() + PATIENCE
    while True:
        found = list(sdk.beta.agents.sessions.subagents.list(session.id, order="asc"))
        turns = [list(sdk.beta.agents.sessions.subagents.turns.list(each.id, session_id=session.id)) for each in found]
        if len(found) == count and all(each and each[0].status == "in_progress" for each in turns):
            return found
        assert time.monotonic() < ends, found
        time.sleep(0.05)


def test_names_of_functions_for_subagents_are_taken(sdk: OpenAI) -> None:
    mine: Any = {**WEATHER, "name": "create_subagent"}
    with pytest.raises(BadRequestError, match="Give yours another name"):
        begin(sdk, tools=[mine])


def test_an_agent_without_subagents_has_none_of_the_functions(sdk: OpenAI) -> None:
    made = begin(sdk, script(create("x"), {"text": "So."}))
    until(sdk, made, "idle")
    assert list(sdk.beta.agents.sessions.subagents.list(made.id)) == []
    with pytest.raises(NotFoundError):
        sdk.beta.agents.sessions.subagents.retrieve("asub_none_001", session_id=made.id)
