"""Saved agents and sessions."""

from __future__ import annotations

import json
from typing import Any

from openai import OpenAI

from tests.conformance.uses import MODEL, use


@use("POST /agents")
def create_agent(client: OpenAI) -> Any:
    return client.beta.agents.create(model=MODEL, name="one")


@use("GET /agents")
def list_agents(client: OpenAI) -> None:
    assert create_agent(client).id in [each.id for each in client.beta.agents.list(limit=2)]


@use("GET /agents/{}")
def retrieve_agent(client: OpenAI) -> None:
    made = create_agent(client)
    assert client.beta.agents.retrieve(made.id) == made


@use("POST /agents/{}")
def update_agent(client: OpenAI) -> None:
    assert client.beta.agents.update(create_agent(client).id, name="two").name == "two"


@use("DELETE /agents/{}")
def delete_agent(client: OpenAI) -> None:
    assert client.beta.agents.delete(create_agent(client).id).deleted


@use("POST /agents/sessions")
def create_session(client: OpenAI) -> Any:
    return client.beta.agents.sessions.create(environment={"type": "none"}, agent={"model": MODEL}, input="Hello.")


@use("GET /agents/sessions")
def list_sessions(client: OpenAI) -> None:
    assert create_session(client).id in [each.id for each in client.beta.agents.sessions.list(limit=2)]


@use("GET /agents/sessions/{}")
def retrieve_session(client: OpenAI) -> None:
    assert client.beta.agents.sessions.retrieve(create_session(client).id).object == "agent.session"


@use("POST /agents/sessions/{}")
def update_session(client: OpenAI) -> None:
    made = create_session(client)
    assert client.beta.agents.sessions.update(made.id, metadata={"a": "b"}).metadata == {"a": "b"}


@use("DELETE /agents/sessions/{}")
def delete_session(client: OpenAI) -> None:
    assert client.beta.agents.sessions.delete(create_session(client).id).deleted


@use("POST /agents/sessions/{}/events")
@use("GET /agents/sessions/{}/events")
def session_events(client: OpenAI) -> None:
    made = client.beta.agents.sessions.create(environment={"type": "openai_hosted"}, agent={"model": MODEL})
    with client.beta.agents.sessions.stream(made.id, input="Hello.") as events:
        assert events.get_final_result().turn.status == "completed"


@use("GET /agents/sessions/{}/subagents")
def list_subagents(client: OpenAI) -> Any:
    call = {"name": "create_subagent", "arguments": {"task": "Hello."}}
    said = f"!script {json.dumps([{'tool_call': call}, {'text': 'So.'}])}"
    agent: Any = {"model": MODEL, "multi_agent": {"enabled": True}}
    made = client.beta.agents.sessions.create(environment={"type": "none"}, agent=agent, input=said, stream=True)
    with made as events:
        found = [event.subagent for event in events if event.type == "agent.session.subagent.created"]
    assert list(client.beta.agents.sessions.subagents.list(found[0].session_id)) == found
    return found[0]


@use("GET /agents/sessions/{}/subagents/{}")
def retrieve_subagent(client: OpenAI) -> None:
    made = list_subagents(client)
    assert client.beta.agents.sessions.subagents.retrieve(made.id, session_id=made.session_id) == made


@use("GET /agents/sessions/{}/subagents/{}/items")
def list_subagent_items(client: OpenAI) -> None:
    made = list_subagents(client)
    assert list(client.beta.agents.sessions.subagents.items.list(made.id, session_id=made.session_id))


@use("GET /agents/sessions/{}/subagents/{}/turns")
def list_subagent_turns(client: OpenAI) -> Any:
    made = list_subagents(client)
    (turn,) = client.beta.agents.sessions.subagents.turns.list(made.id, session_id=made.session_id)
    return turn


@use("GET /agents/sessions/{}/subagents/{}/turns/{}")
@use("GET /agents/sessions/{}/subagents/{}/turns/{}/items")
def retrieve_subagent_turn(client: OpenAI) -> None:
    made = list_subagent_turns(client)
    where = {"session_id": made.session_id, "subagent_id": made.subagent_id}
    turns = client.beta.agents.sessions.subagents.turns
    assert turns.retrieve(made.id, **where).id == made.id
    assert list(turns.items.list(made.id, **where))


@use("GET /agents/sessions/{}/items")
def list_session_items(client: OpenAI) -> None:
    made = create_session(client)
    assert next(iter(client.beta.agents.sessions.items.list(made.id, order="asc"))).type == "message"


@use("GET /agents/sessions/{}/turns")
def list_turns(client: OpenAI) -> Any:
    (turn,) = client.beta.agents.sessions.turns.list(create_session(client).id)
    return turn


@use("GET /agents/sessions/{}/turns/{}")
def retrieve_turn(client: OpenAI) -> None:
    made = list_turns(client)
    assert client.beta.agents.sessions.turns.retrieve(made.id, session_id=made.session_id).id == made.id


@use("GET /agents/sessions/{}/turns/{}/items")
def list_turn_items(client: OpenAI) -> None:
    made = list_turns(client)
    assert list(client.beta.agents.sessions.turns.items.list(made.id, session_id=made.session_id))


@use("GET /agents/sessions/{}/artifacts")
def list_artifacts(client: OpenAI) -> Any:
    call = {"name": "shell", "arguments": {"commands": ["echo hi > outputs/hi"]}}
    said = f"!script {json.dumps([{'tool_call': call}, {'text': 'There.'}])}"
    sessions = client.beta.agents.sessions
    made = sessions.create(environment={"type": "openai_hosted"}, agent={"model": MODEL})
    with sessions.stream(made.id, input=said) as events:
        events.until_done()
    (artifact,) = sessions.artifacts.list(made.id)
    return artifact


@use("GET /agents/sessions/{}/artifacts/{}")
@use("GET /agents/sessions/{}/artifacts/{}/content")
@use("DELETE /agents/sessions/{}/artifacts/{}")
def use_artifact(client: OpenAI) -> None:
    made = list_artifacts(client)
    artifacts = client.beta.agents.sessions.artifacts
    assert artifacts.retrieve(made.id, session_id=made.session_id) == made
    assert artifacts.content(made.id, session_id=made.session_id).read() == b"hi\n"
    assert artifacts.delete(made.id, session_id=made.session_id).deleted


@use("GET /agents/sessions/{}/traces")
def list_traces(client: OpenAI) -> None:
    made = list_artifacts(client)
    assert [each.id for each in client.beta.agents.sessions.traces.list(made.session_id)] == [made.turn_id]
