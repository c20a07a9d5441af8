"""Tools beyond plain functions: namespaces, which work, and hosted tools, which are refused or left out."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from openai import BadRequestError, OpenAI

from earthshine.engines.deltas import ToolCallArguments, ToolCallStart
from earthshine.responses.reply.response_builder import ResponseBuilder
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.text_format import to_output_format
from earthshine.responses.tools.toolset import Toolset
from tests.responses.clients import LOOK_UP, MODEL, script, sync_client
from tests.server_process import ServerProcess, start_server

AGENTS = {
    "type": "namespace",
    "name": "agents",
    "description": "Other agents.",
    "tools": [
        {
            "type": "function",
            "name": "spawn",
            "description": None,
            "strict": False,
            "parameters": {"type": "object", "properties": {}},
        },
        {"type": "function", "name": "look_up", "description": "Of agents.", "strict": False, "parameters": None},
    ],
}
SEARCH = {"type": "web_search", "external_web_access": True}


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def ask(client: OpenAI, said: Any, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=said, **more)


# --- namespaces ------------------------------------------------------------------------------------------------------


def test_a_call_names_its_namespace_and_goes_round(client: OpenAI) -> None:
    said = script(tool_calls=[{"name": "agents__spawn", "arguments": {"task": "moon"}}, {"name": "look_up"}])
    made = ask(client, said, tools=[LOOK_UP, AGENTS])
    first, second = made.output
    assert (first.name, first.namespace) == ("spawn", "agents")
    assert (second.name, second.namespace) == ("look_up", None)
    assert made.to_dict()["tools"][1] == AGENTS
    assert client.responses.retrieve(made.id) == made
    answers = [{"type": "function_call_output", "call_id": call.call_id, "output": "done"} for call in made.output]
    # By reference, and as a client that stores nothing sends it.
    stored = ask(client, answers, previous_response_id=made.id, tools=[LOOK_UP, AGENTS])
    sent = [{"role": "user", "content": said}, *(item.to_dict() for item in made.output), *answers]
    unstored = ask(client, sent, store=False, tools=[LOOK_UP, AGENTS])
    assert stored.output_text == unstored.output_text
    assert "done" in stored.output_text


def test_a_stream_names_the_namespace(client: OpenAI) -> None:
    said = script(tool_calls=[{"name": "agents__spawn", "arguments": {"task": "moon"}}])
    with client.responses.stream(model=MODEL, input=said, tools=[AGENTS]) as stream:  # pyright: ignore
        events = list(stream)
    (added,) = (event for event in events if event.type == "response.output_item.added")
    assert (added.item.name, added.item.namespace) == ("spawn", "agents")  # pyright: ignore
    (done,) = (event for event in events if event.type == "response.function_call_arguments.done")
    assert done.name == "spawn"  # pyright: ignore


def test_a_cut_call_is_retold_with_its_namespace() -> None:
    events: list[bytes] = []
    create = ResponseCreate.model_validate({"model": MODEL, "input": "Hello.", "tools": [AGENTS]})
    builder = ResponseBuilder(lambda event, _raw: events.append(event), open_call=Toolset(create).opens([], []))
    builder.begin({"id": "resp_1", "status": "in_progress", "output": []})
    builder.feed(ToolCallStart(0, "agents__spawn", "call_1"))
    builder.feed(ToolCallArguments(0, "{}"))
    again = ResponseBuilder(lambda _event, _raw: None, events)
    assert again.response["output"][0]["namespace"] == "agents"


@pytest.mark.parametrize(
    ("tools", "param"),
    [
        ([AGENTS, AGENTS], "tools[1].name"),
        ([{**AGENTS, "tools": []}], "tools[0].tools"),
        ([{**AGENTS, "tools": [{"type": "custom", "name": "x"}]}], "tools[0].tools[0].type"),
        ([{**AGENTS, "name": "n" * 60}], "tools[0].name"),
        ([{**AGENTS, "name": "two words"}], "tools[0].name"),
    ],
)
def test_a_wrong_namespace_is_named(client: OpenAI, tools: Any, param: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        ask(client, "Hello.", tools=tools)
    assert caught.value.param == param


# --- strict ----------------------------------------------------------------------------------------------------------

SCHEMA = {"type": "object", "properties": {"word": {"type": "string"}}}
STRICT: list[dict[str, Any]] = [{}, {"strict": None}, {"strict": False}, {"strict": True}]


@pytest.mark.parametrize("said", STRICT, ids=str)
def test_a_response_calls_strict_what_is_served_so(client: OpenAI, said: dict[str, Any]) -> None:
    function = {"type": "function", "name": "look_up", "parameters": SCHEMA, **said}
    tools = [function, {**AGENTS, "tools": [function]}]
    text = {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA, **said}}
    create = ResponseCreate.model_validate({"model": MODEL, "input": "Hello.", "tools": tools, "text": text})
    served = [
        *(tool["function"]["strict"] for tool in Toolset(create).view([], []).tools),
        to_output_format(create.text).strict,
    ]
    assert served == [said.get("strict") is True] * 3

    made = ask(client, "Hello.", tools=tools, text=text)
    told = made.to_dict()
    assert [
        told["tools"][0]["strict"],
        told["tools"][1]["tools"][0]["strict"],
        told["text"]["format"]["strict"],
    ] == served
    assert client.responses.retrieve(made.id).to_dict() == told


def test_what_no_grammar_can_hold_is_served_and_not_called_strict(client: OpenAI) -> None:
    beyond = {"type": "object", "properties": {"word": {"type": "string", "pattern": "(?=a)b"}}}
    made = ask(client, "Hello.", tools=[{"type": "function", "name": "look_up", "parameters": beyond}])
    assert made.tools[0].strict is False


# --- what Codex sends with every request -----------------------------------------------------------------------------


def test_a_client_may_tell_about_itself(client: OpenAI) -> None:
    told = {"session_id": "x", "x-codex-turn-metadata": '{"turn_id":"1"}'}
    made = ask(client, "Hello.", extra_body={"client_metadata": told})
    assert made.output_text == "You said: Hello."
    assert "client_metadata" not in made.to_dict()


def test_a_search_that_may_not_reach_the_web_is_left_out(client: OpenAI) -> None:
    made = ask(client, "Hello.", tools=[LOOK_UP, {"type": "web_search", "external_web_access": False}])
    assert [tool["name"] for tool in made.to_dict()["tools"]] == ["look_up"]


def test_a_hosted_tool_is_refused_with_a_way_out(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="missing_tools") as caught:
        ask(client, "Hello.", tools=[LOOK_UP, SEARCH])
    assert caught.value.param == "tools[1].type"


async def test_an_operator_may_have_them_left_out(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", "--scripted", env={"EARTHSHINE_MISSING_TOOLS": "leave_out"})
    try:
        with sync_client(server) as client:
            kinds = ("image_generation", "custom")
            tools: list[Any] = [SEARCH, *({"type": kind, "name": "x"} for kind in kinds), LOOK_UP]
            made = ask(client, "Hello.", tools=tools)
            assert [tool["name"] for tool in made.to_dict()["tools"]] == ["look_up"]
            counted = client.responses.input_tokens.count(model=MODEL, input="Hello.", tools=tools)
            plain = client.responses.input_tokens.count(model=MODEL, input="Hello.", tools=[LOOK_UP])
            assert counted == plain
            with pytest.raises(BadRequestError):
                ask(client, "Hello.", tools=[SEARCH], tool_choice="required")
    finally:
        await server.stop()
