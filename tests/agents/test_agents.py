"""Saved agents through the official SDK, strict: what is given, what is meant where nothing is, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from openai import BadRequestError, NotFoundError, OpenAI
from openai.types.beta.agent import Agent

from tests.server_process import ServerProcess

FUNCTION: Any = {
    "type": "function",
    "name": "weather",
    "description": "الطقس",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
MCP: Any = {
    "type": "mcp",
    "server_label": "shop",
    "transport": {"type": "http", "server_url": "https://shop.example/mcp", "headers": {"x-branch": "7"}},
    "allowed_tools": ["price"],
}
HTTP: Any = MCP["transport"]
PROGRAM: Any = {"type": "mcp", "server_label": "git", "transport": {"type": "stdio", "command": "git", "cwd": "/w"}}


@pytest.fixture
def agent(sdk: OpenAI) -> Agent:
    return sdk.beta.agents.create(model="scripted")


def test_what_is_not_given_has_a_default(agent: Agent) -> None:
    assert (agent.name, agent.instructions, agent.metadata, agent.tools) == (None, None, {}, [])
    assert agent.text.to_dict() == {"format": {"type": "text"}, "verbosity": "medium"}
    assert agent.reasoning.effort is None
    assert (agent.multi_agent.enabled, agent.multi_agent.max_concurrent_subagents) == (False, None)
    assert agent.service_tier == "auto"
    assert agent.compaction is not None and agent.compaction.async_ is False
    assert agent.experimental is not None and agent.experimental.time_awareness is False


def test_an_agent_from_begin_to_end(sdk: OpenAI) -> None:
    agents = sdk.beta.agents
    made = agents.create(
        model="scripted",
        name="باحث",
        instructions="Look things up.",
        tools=[
            FUNCTION,
            MCP,
            PROGRAM,
            {"type": "tool_search"},
            {"type": "programmatic_tool_calling"},
            {"type": "web_search", "allowed_domains": ["Example.org"], "location": {"country": "MA"}},
            {"type": "computer_use", "include_screenshots": True},
            {"type": "automations"},
        ],
        reasoning={"effort": "high"},
        text={"format": {"type": "json_schema", "schema": {"type": "object"}}},
        multi_agent={"enabled": True},
        metadata={"a": "b"},
    )
    assert agents.retrieve(made.id) == made
    told = [tool.to_dict() for tool in made.tools]
    assert told[0] == {**FUNCTION, "defer_loading": False, "async": False}
    assert told[1]["transport"] == MCP["transport"]
    assert (told[1]["connection_origin"], told[2]["connection_origin"]) == ("service", "environment")
    assert told[4] == {"type": "programmatic_tool_calling", "enabled": True}
    assert (told[5]["allowed_domains"], told[5]["mode"]) == (["example.org"], "live")
    assert made.multi_agent.max_concurrent_subagents == 6

    changed = agents.update(made.id, name=None, tools=None, experimental={"time_awareness": True}, reasoning=None)
    assert (changed.name, changed.tools, changed.reasoning.effort) == (None, [], None)
    assert (changed.instructions, changed.text, changed.metadata) == (made.instructions, made.text, {"a": "b"})
    assert changed.experimental is not None and changed.experimental.time_awareness
    assert agents.update(made.id, experimental={}).experimental == changed.experimental
    assert agents.update(made.id, metadata=None, instructions=None).metadata == {}
    assert agents.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        agents.retrieve(made.id)


def test_a_list_is_turned_round(sdk: OpenAI) -> None:
    made = [sdk.beta.agents.create(model="scripted").id for _ in range(3)]
    assert [each.id for each in sdk.beta.agents.list(limit=2)][:3] == made[::-1]
    assert [each.id for each in sdk.beta.agents.list(order="asc", after=made[0])] == made[1:]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"tools": [{"type": "shell"}]}, "tools[0].type"),
        ({"tools": [FUNCTION, FUNCTION]}, "tools"),
        ({"tools": [FUNCTION | {"name": "two words"}]}, "tools[0].name"),
        ({"tools": [FUNCTION | {"parameters": {"x": "y" * (3 * 2**20)}}]}, "tools"),
        ({"tools": [MCP | {"transport": {"type": "carrier pigeon"}}]}, "tools[0].transport.type"),
        (
            {"tools": [MCP | {"transport": MCP["transport"] | {"authorization": "x"}}]},
            "tools[0].transport.authorization",
        ),
        (
            {"tools": [MCP | {"transport": MCP["transport"] | {"headers": {"Authorization": "x"}}}]},
            "tools[0].transport.headers",
        ),
        (
            {"tools": [MCP | {"transport": MCP["transport"] | {"server_url": "ftp://x"}}]},
            "tools[0].transport.server_url",
        ),
        ({"tools": [PROGRAM | {"connection_origin": "service"}]}, "tools[0]"),
        ({"multi_agent": {"enabled": True, "max_concurrent_subagents": 0}}, "multi_agent.max_concurrent_subagents"),
        ({"reasoning": {"effort": "enormous"}}, "reasoning.effort"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"name": "n" * 257}, "name"),
        ({"temperature": 1}, "temperature"),
    ],
)
def test_what_cannot_be_is_refused_by_name(sdk: OpenAI, agent: Agent, fields: Any, param: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        sdk.post("/agents", body={"model": "scripted", **fields}, cast_to=Agent)
    assert refused.value.param == param
    if fields.get("model", "x") is not None:
        with pytest.raises(BadRequestError) as again:
            sdk.post(f"/agents/{agent.id}", body=fields, cast_to=Agent)
        assert again.value.param == param


@pytest.mark.parametrize("field", ["instructions", "name", "model"])
def test_half_of_a_character_is_refused(scripted_server: ServerProcess, field: str) -> None:
    body = '{"model": "scripted", "FIELD": "\\ud800"}'.replace("FIELD", field)
    headers = {"authorization": f"Bearer {scripted_server.key}", "content-type": "application/json"}
    reply = httpx2.post(f"{scripted_server.url}/v1/agents", content=body, headers=headers)
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")
