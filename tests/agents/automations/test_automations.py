"""Automations through the official SDK, strict: saved, fired, asked for, paused, refused; and the agent's own tool."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from openai import BadRequestError, ConflictError, NotFoundError, OpenAI

from tests.agents.talking import NONE, WEATHER, begin, call, message, result, script, until
from tests.patience import PATIENCE

DAILY: Any = {"type": "periodic", "expression": "0 9 * * *", "timezone": "Africa/Casablanca"}


def new_session(said: str = "Hello.", **more: Any) -> Any:
    words = {"role": "user", "content": [{"type": "input_text", "text": said}]}
    return {"type": "new_session", "environment": NONE, "agent": {"model": "scripted"}, "input": [words], **more}


def existing(session_id: str, instructions: str = "Hello.") -> Any:
    return {"type": "existing_session", "session_id": session_id, "instructions": instructions}


def wait(look: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    ends = time.monotonic() + PATIENCE
    while not done(now := look()):
        assert time.monotonic() < ends, now
        time.sleep(0.05)
    return now


def delivered(sdk: OpenAI, automation_id: str, *statuses: str) -> Any:
    """Wait until the last invocation of an automation has come so far."""
    invocations = sdk.beta.agents.automations.invocations
    (last,) = wait(
        lambda: list(invocations.list(automation_id))[:1],
        lambda found: bool(found) and found[0].status in (statuses or ("completed",)),
    )
    return last


def test_saved_changed_listed_and_removed(sdk: OpenAI) -> None:
    automations = sdk.beta.agents.automations
    made = automations.create(**DAILY, name="morning", target=new_session(metadata={"a": "b"}), metadata={"x": "y"})
    assert (made.status, made.pause_reason, made.created_by.type) == ("active", None, "developer")
    assert made.target.type == "new_session" and made.target.environment.type == "none"
    assert made.target.agent is not None and made.target.agent.model == "scripted" and made.target.agent_id is None
    assert automations.retrieve(made.id) == made
    assert made.id in [each.id for each in automations.list(limit=3)]
    changed: Any = automations.update(made.id, expression="0 10 * * *", name="later", metadata={})
    assert (changed.name, changed.expression, changed.timezone) == ("later", "0 10 * * *", "Africa/Casablanca")
    assert automations.pause(made.id).status == "paused"
    assert automations.resume(made.id).status == "active"
    assert automations.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        automations.retrieve(made.id)


def test_one_that_fires_once(sdk: OpenAI) -> None:
    automations = sdk.beta.agents.automations
    at = int(time.time()) + 5
    target = new_session(metadata={"of": "it"})
    made = automations.create(type="once", run_at=at, name="soon", target=target)
    last = delivered(sdk, made.id)
    assert (last.scheduled_at, last.source.type, last.error) == (at, "automation", None)
    assert last.session_id is not None
    session = wait(lambda: sdk.beta.agents.sessions.retrieve(last.session_id), lambda now: now.status == "idle")
    assert session.metadata == {"of": "it"} and session.created_at >= at
    assert automations.retrieve(made.id).status == "completed"
    assert automations.invocations.retrieve(last.id, automation_id=made.id) == last
    for change in (automations.pause, automations.resume):
        with pytest.raises(ConflictError):
            change(made.id)
    with pytest.raises(ConflictError):
        automations.update(made.id, run_at=at + 3600)


def test_one_that_is_asked_for_waits_until_its_session_rests(sdk: OpenAI) -> None:
    automations, sessions = sdk.beta.agents.automations, sdk.beta.agents.sessions
    session = begin(sdk, script(call("Rabat"), {"text": "Sunny."}), tools=[WEATHER])
    until(sdk, session, "requires_action")
    made = automations.create(**DAILY, name="daily", target=existing(session.id, script({"text": "Awake."})))
    assert [each.id for each in automations.list(session_id=session.id)] == [made.id]
    asked = automations.invocations.create(made.id)
    assert (asked.status, asked.source.type, asked.scheduled_at, asked.session_id) == ("queued", "manual", None, None)
    time.sleep(0.5)
    assert automations.invocations.retrieve(asked.id, automation_id=made.id).status == "queued"
    (turn,) = sessions.turns.list(session.id)
    (action,) = sessions.retrieve(session.id).required_actions
    assert action.type == "function_call"
    sessions.events.create(session.id, events=[result(turn.id, action.call_id)])
    done = delivered(sdk, made.id)
    assert (done.id, done.session_id) == (asked.id, session.id)
    turns = wait(lambda: list(sessions.turns.list(session.id)), lambda found: found[0].status == "completed")
    assert len(turns) == 2
    told, *_ = sessions.turns.items.list(turns[0].id, session_id=session.id, order="asc")
    assert told.type == "message" and told.content[0].type == "input_text"
    assert told.content[0].text.startswith("The automation 'daily' wakes you")


def test_a_session_that_is_gone_pauses_it(sdk: OpenAI) -> None:
    automations = sdk.beta.agents.automations
    session = begin(sdk)
    until(sdk, session, "idle")
    made = automations.create(**DAILY, name="daily", target=existing(session.id))
    sdk.beta.agents.sessions.delete(session.id)
    automations.invocations.create(made.id)
    failed = delivered(sdk, made.id, "failed")
    assert failed.error.code == "not_found" and failed.session_id is None
    now = automations.retrieve(made.id)
    assert (now.status, now.pause_reason) == ("paused", "target_session_failed")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({**DAILY, "expression": "* * * * *"}, "expression"),
        ({**DAILY, "timezone": "Nowhere"}, "timezone"),
        ({"type": "once", "run_at": 1}, "run_at"),
        ({**DAILY, "target": {"type": "existing_session", "session_id": "asess_none", "instructions": "x"}}, None),
        ({**DAILY, "target": new_session(agent_id="agent_none")}, None),
        ({**DAILY, "target": new_session(vault_ids=["vault_none"])}, None),
        ({**DAILY, "target": new_session(agent={"model": "scripted", "service_tier": "fast"})}, "agent.service_tier"),
    ],
)
def test_refused(sdk: OpenAI, body: Any, param: str | None) -> None:
    with pytest.raises((BadRequestError, NotFoundError)) as refused:
        sdk.beta.agents.automations.create(**{"name": "no", "target": new_session(), **body})
    if param is not None:
        assert refused.value.param == param


def test_what_stays(sdk: OpenAI) -> None:
    automations = sdk.beta.agents.automations
    made = automations.create(**DAILY, name="daily", target=new_session())
    session = begin(sdk)
    for change in ({"run_at": int(time.time()) + 60}, {"target": existing(session.id)}):
        with pytest.raises(BadRequestError):
            automations.update(made.id, **change)


def test_the_agent_wakes_itself(sdk: OpenAI) -> None:
    automations, sessions = sdk.beta.agents.automations, sdk.beta.agents.sessions
    wish = {"name": "news", "instructions": script({"text": "Good morning."}), "cron": "0 8 * * *"}
    said = script(
        {"tool_call": {"name": "create_automation", "arguments": {**wish, "timezone": "Asia/Shanghai"}}},
        {"tool_call": {"name": "list_automations", "arguments": {}}},
        {"text": "I will."},
    )
    tool: Any = {"type": "automations"}
    session = begin(sdk, said, tools=[tool])
    until(sdk, session, "idle")
    assert (
        sessions.retrieve(session.id).agent.tools == session.agent.tools and session.agent.tools[0].type == tool["type"]
    )
    (made,) = automations.list(session_id=session.id)
    assert made.type == "periodic" and (made.expression, made.timezone) == ("0 8 * * *", "Asia/Shanghai")
    assert made.created_by.type == "agent" and made.created_by.session_id == session.id
    outputs = [each for each in sessions.items.list(session.id, order="asc") if each.type == "function_call_output"]
    assert len(outputs) == 2 and all(made.id in str(each.output) and "08:00" in str(each.output) for each in outputs)
    with pytest.raises(BadRequestError):
        automations.update(made.id, target=existing(begin(sdk).id))
    automations.invocations.create(made.id)
    delivered(sdk, made.id)
    until(sdk, session, "idle")
    sessions.events.create(
        session.id,
        events=[
            message(
                script(
                    {"tool_call": {"name": "pause_automation", "arguments": {"automation_id": made.id}}},
                    {"tool_call": {"name": "delete_automation", "arguments": {"automation_id": "auto_other"}}},
                    {"text": "Done."},
                )
            )
        ],
    )
    wait(lambda: automations.retrieve(made.id), lambda now: now.status == "paused")
