"""Sessions through the official SDK, strict: words, a cancel, what is refused, and who may listen."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from openai import BadRequestError, NotFoundError, OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.talking import NONE, WEATHER, bearer, begin, call, script, until
from tests.server_process import ServerProcess


def test_a_session_from_begin_to_end(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script({"text": "مرحبا"}), metadata={"a": "b"})
    assert (made.metadata, made.vault_ids, made.environment.type) == ({"a": "b"}, [], "none")
    assert made.agent.model == "scripted"
    now = until(sdk, made, "idle")
    assert now.usage is not None and now.usage.total_tokens > 0
    (turn,) = sessions.turns.list(made.id)
    assert (turn.status, turn.error, turn.session_id) == ("completed", None, made.id)
    assert turn.completed_at is not None and turn.usage is not None
    assert sessions.turns.retrieve(turn.id, session_id=made.id) == turn
    asked, answered = sessions.items.list(made.id, order="asc")
    assert (asked.type, answered.type) == ("message", "message")
    assert asked.type == "message" and asked.role == "user" and asked.content[0].type == "input_text"
    assert answered.type == "message" and answered.output_text == "مرحبا"
    assert [each.id for each in sessions.turns.items.list(turn.id, session_id=made.id, limit=1)] == [
        answered.id,
        asked.id,
    ]
    assert made.id in [each.id for each in sessions.list(limit=3)]
    assert sessions.update(made.id, metadata={}).metadata == {}
    assert sessions.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        sessions.retrieve(made.id)


def test_a_second_turn_knows_the_first(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, "My name is Layla.")
    until(sdk, made, "idle")
    with sessions.stream(made.id, input="Who am I?") as events:
        events.until_done()
    second, first = sessions.turns.list(made.id)
    assert first.usage is not None and second.usage is not None
    assert second.usage.input_tokens > first.usage.input_tokens + 4
    together = sessions.retrieve(made.id).usage
    assert together is not None
    assert together.total_tokens == first.usage.total_tokens + second.usage.total_tokens


def test_events_come_in_the_order_of_the_api(sdk: OpenAI) -> None:
    agent: Any = {"model": "scripted"}
    with sdk.beta.agents.sessions.create(environment=NONE, agent=agent, input="Hello.", stream=True) as events:
        told = list(events)
    kinds = [event.type for event in told]
    assert kinds[:5] == [
        "agent.session.created",
        "agent.session.turn.created",
        "agent.session.in_progress",
        "agent.session.turn.in_progress",
        "agent.session.turn.item.added",
    ]
    assert kinds[-2:] == ["agent.session.turn.completed", "agent.session.idle"]
    text = "".join(event.delta for event in told if event.type == "agent.session.turn.output_text.delta")
    (done,) = [event for event in told if event.type == "agent.session.turn.output_text.done"]
    assert text == done.text and text
    ids = [event.event_id for event in told]
    assert len(set(ids)) == len(ids)


def test_a_turn_is_cancelled_and_another_goes_on(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script(call("Rabat")), tools=[WEATHER])
    until(sdk, made, "requires_action")
    sessions.events.create(made.id, events=[{"type": "agent.session.input.cancel"}])
    assert until(sdk, made, "idle").required_actions == []
    assert [turn.status for turn in sessions.turns.list(made.id)] == ["cancelled"]
    with sessions.stream(made.id, input="Never mind.") as events:
        assert events.get_final_result().turn.status == "completed"
    long = begin(sdk, script({"pieces": 500, "tokens_per_second": 20}))
    until(sdk, long, "in_progress")
    sessions.events.create(long.id, events=[{"type": "agent.session.input.cancel"}])
    until(sdk, long, "idle")
    assert [turn.status for turn in sessions.turns.list(long.id)] == ["cancelled"]


def test_a_saved_agent_with_what_differs(sdk: OpenAI) -> None:
    saved = sdk.beta.agents.create(
        model="nobody-has-this", name="one", instructions="Speak Darija.", tools=[WEATHER], metadata={"x": "y"}
    )
    agent: Any = {"model": "scripted", "tools": None}
    made = sdk.beta.agents.sessions.create(environment=NONE, agent_id=saved.id, agent=agent, input="Hello.")
    assert (made.agent.id, made.agent.name, made.agent.model, made.agent.tools) == (saved.id, "one", "scripted", [])
    until(sdk, made, "idle")
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert turn.usage is not None and turn.usage.input_tokens > 25, "its instructions are read"
    broken = sdk.beta.agents.sessions.create(environment=NONE, agent_id=saved.id, input="Hello.")
    until(sdk, broken, "idle")
    (turn,) = sdk.beta.agents.sessions.turns.list(broken.id)
    assert turn.status == "failed" and turn.error is not None and "nobody-has-this" in turn.error.message


def test_what_changes_holds_from_the_next_turn_on(sdk: OpenAI) -> None:
    made = begin(sdk, "Hello.")
    until(sdk, made, "idle")
    changed = sdk.beta.agents.sessions.update(
        made.id, agent={"tools": [WEATHER], "reasoning": {"effort": "low"}, "service_tier": None}
    )
    assert [tool.type for tool in changed.agent.tools] == ["function"]
    assert changed.agent.reasoning.effort == "low"
    with pytest.raises(BadRequestError):
        sdk.beta.agents.sessions.update(made.id, review="auto_review")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"environment": {"type": "moon"}}, "environment.type"),
        ({"environment": {"type": "self_hosted", "workspace_directory": "w"}}, "environment.workspace_directory"),
        ({"environment": {"type": "openai_hosted", "plugins": [1]}}, "environment.plugins[0]"),
        ({"environment": {"type": "openai_hosted", "network": {"access": "enabled"}}}, "environment.network"),
        ({"agent": None}, "agent"),
        ({"agent": {"tools": []}}, "model"),
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": [{"role": "system", "content": [{"type": "input_text", "text": "x"}]}]}, "input[0].role"),
        ({"vault_ids": ["vault_none"]}, "vault_id"),
        ({"agent_id": "agent_none"}, "agent_id"),
        ({"stream_options": {"include_obfuscation": False}}, "stream_options"),
    ],
)
def test_what_cannot_be_is_refused_by_name(sdk: OpenAI, fields: Any, param: str) -> None:
    body = {"environment": NONE, "agent": {"model": "scripted"}, "input": "Hello.", **fields}
    with pytest.raises((BadRequestError, NotFoundError)) as refused:
        sdk.post("/agents/sessions", body=body, cast_to=AgentSession)
    assert refused.value.param == param


def test_a_hosted_session_waits_for_words(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = sessions.create(environment={"type": "openai_hosted"}, agent={"model": "scripted"})
    assert made.status == "idle"
    with sessions.stream(made.id, input="Hello.") as events:
        assert events.get_final_result().turn.status == "completed"
    sessions.delete(made.id)


def test_events_are_for_whoever_may_read_the_session(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = begin(sdk)
    place = f"{scripted_server.url}/v1/organization/projects"
    project = httpx2.post(place, json={"name": "elsewhere"}, headers=bearer(scripted_server)).json()["id"]
    wanted = {"name": "k", "role": "owner"}
    key = httpx2.post(f"{place}/{project}/api_keys", json=wanted, headers=bearer(scripted_server)).json()["value"]
    address = f"{scripted_server.url}/v1/agents/sessions/{made.id}/events"
    foreign = httpx2.get(address, headers={"authorization": f"Bearer {key}"})
    assert foreign.status_code == 404
    assert httpx2.get(address).status_code == 401
    assert httpx2.get(address.replace(made.id, "asess_none"), headers=bearer(scripted_server)).status_code == 404
    with httpx2.stream("GET", address, headers=bearer(scripted_server)) as reply:
        assert reply.status_code == 200
        assert next(reply.iter_bytes())
