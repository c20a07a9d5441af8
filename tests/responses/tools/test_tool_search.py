"""Searching for tools: what is deferred is called only after it was found, as in OpenAI's API."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from openai import BadRequestError, OpenAI

from earthshine.responses.items.messages import to_messages
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.toolset import Toolset
from tests.responses.clients import LOOK_UP, MODEL, script, sync_client
from tests.server_process import ServerProcess

Json = dict[str, Any]
SEARCH: Json = {"type": "tool_search"}


def function(name: str, description: str, **more: Any) -> Json:
    schema = {"type": "object", "properties": {"id": {"type": "string"}}}
    return {"type": "function", "name": name, "description": description, "parameters": schema, **more}


CRM: Json = {
    "type": "namespace",
    "name": "crm",
    "description": "Customers and their orders.",
    "tools": [
        function("list_open_orders", "Lists the open orders of a customer.", defer_loading=True),
        function("delete_customer", "Removes one for ever.", defer_loading=True),
    ],
}
BOOKS = function("find_books", "يبحث عن الكتب في المكتبة.", defer_loading=True)
TOOLS = [SEARCH, LOOK_UP, CRM, BOOKS]


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def ask(client: OpenAI, *replies: Json, tools: Any = TOOLS, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=f"!script {json.dumps(replies)}", tools=tools, **more)


def search(query: Any) -> Json:
    return {"tool_call": {"name": "tool_search", "arguments": {"query": query}}}


CALL = {"tool_call": {"name": "crm__list_open_orders", "arguments": {"id": "7"}}}


def names(tools: list[Json]) -> list[str]:
    return [tool["function"]["name"] for tool in tools]


def view(items: list[Json], tools: list[Json], **more: Any) -> Any:
    create = ResponseCreate.model_validate({"model": MODEL, "input": "Hello.", "tools": tools, **more})
    return Toolset(create).view(items, [])


def test_a_search_finds_what_is_then_called(client: OpenAI) -> None:
    made = ask(client, search("open orders"), CALL)
    looked, found, call = made.output
    assert (looked.type, looked.arguments, looked.execution) == ("tool_search_call", {"query": "open orders"}, "server")
    assert (found.type, found.call_id, found.status) == ("tool_search_output", looked.call_id, "completed")
    assert found.tools[0].name == "crm"
    assert found.tools[0].tools[0].name == "list_open_orders"
    assert (call.type, call.name, call.namespace) == ("function_call", "list_open_orders", "crm")
    assert client.responses.retrieve(made.id) == made
    answer = {"type": "function_call_output", "call_id": call.call_id, "output": "none"}
    # By reference, and as a client that stores nothing sends it back.
    stored = client.responses.create(model=MODEL, input=[answer], previous_response_id=made.id, tools=TOOLS)
    sent: Any = [{"role": "user", "content": "Hello."}, *(item.to_dict() for item in made.output), answer]
    unstored = client.responses.create(model=MODEL, input=sent, tools=TOOLS, store=False)
    assert stored.output_text == unstored.output_text
    assert "none" in stored.output_text


def test_a_stream_tells_the_search_and_can_be_read_from_any_number(client: OpenAI) -> None:
    made = ask(client, search("open orders"), {"text": "Found."}, background=True, stream=True)
    events = list(made)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[-1] == "response.completed"
    assert kinds.count("response.output_item.added") == kinds.count("response.output_item.done") == 3
    response_id = events[0].response.id
    for after in (2, 5, len(events) - 2):
        again = client.responses.retrieve(response_id, stream=True, starting_after=after)
        assert list(again) == events[after + 1 :]


def test_what_is_deferred_is_not_shown_until_it_is_found() -> None:
    assert names(view([], TOOLS).tools) == ["tool_search", "look_up"]
    told = view([], TOOLS).tools[0]["function"]["description"]
    assert "crm: Customers and their orders." in told and "find_books" in told and "list_open_orders" not in told
    found = {"id": "tso_1", "type": "tool_search_output", "call_id": "c", "execution": "server", "tools": [BOOKS]}
    assert names(view([found], TOOLS).tools) == ["tool_search", "look_up", "find_books"]
    named = view([], TOOLS, tool_choice={"type": "function", "name": "find_books"})
    assert (names(named.tools)[-1], named.choice.names) == ("find_books", ("find_books",))


def test_five_found_functions_are_in_view_the_latest_ones() -> None:
    many = [function(f"tool_{number}", "Does it.", defer_loading=True) for number in range(8)]
    items = [
        {"id": f"tso_{n}", "type": "tool_search_output", "call_id": f"c{n}", "execution": "server", "tools": part}
        for n, part in enumerate([many[:4], many[4:8]])
    ]
    shown = names(view(items, [SEARCH, *many]).tools)
    assert len(shown) == 1 + 5
    assert {"tool_4", "tool_5", "tool_6", "tool_7"} < set(shown)
    # What a client found by itself is its own choice.
    for item in items:
        item["execution"] = "client"
    assert len(view(items, [{**SEARCH, "execution": "client"}, *many]).tools) == 1 + 8


def test_a_search_finds_five_at_most(client: OpenAI) -> None:
    many = [function(f"tool_{number}", "Sends a letter.", defer_loading=True) for number in range(9)]
    made = ask(client, search("letter"), {"text": "So."}, tools=[SEARCH, *many])
    assert len(made.output[1].tools) == 5


def test_a_search_in_arabic(client: OpenAI) -> None:
    made = ask(client, search("أريد كتبًا من المكتبة"), {"text": "نعم"})
    assert [tool.name for tool in made.output[1].tools] == ["find_books"]


def test_a_search_that_finds_nothing_and_one_without_words(client: OpenAI) -> None:
    made = ask(client, search("zebra"), {"text": "No."})
    assert made.output[1].tools == []
    made = ask(client, search(""), {"text": "No."})
    assert "in a few words" in made.output[1].output
    assert made.output_text == "No."


def test_a_client_may_search_itself(client: OpenAI) -> None:
    own = {**SEARCH, "execution": "client", "description": "Finds.", "parameters": LOOK_UP["parameters"]}
    call = {"tool_call": {"name": "tool_search", "arguments": {"word": "orders"}}}
    made = ask(client, call, CALL, tools=[own])
    [looked] = made.output
    assert (looked.execution, looked.arguments, looked.status) == ("client", {"word": "orders"}, "completed")
    found: Any = {"type": "tool_search_output", "call_id": looked.call_id, "execution": "client", "tools": [CRM]}
    then = client.responses.create(model=MODEL, input=[found], previous_response_id=made.id, tools=[own])
    assert (then.output[0].name, then.output[0].namespace) == ("list_open_orders", "crm")


def test_a_search_is_told_to_a_model_as_a_call_and_its_answer() -> None:
    items = [
        {"id": "tsc_1", "type": "tool_search_call", "execution": "server", "arguments": {"query": "x"}},
        {"id": "tso_1", "type": "tool_search_output", "execution": "server", "tools": [CRM]},
    ]
    call, answer = to_messages(items)
    [made] = call["tool_calls"]
    assert (made["function"], made["id"]) == ({"name": "tool_search", "arguments": '{"query":"x"}'}, "call_1")
    assert answer["tool_call_id"] == "call_1"
    assert json.loads(answer["content"])["found"] == ["crm__list_open_orders", "crm__delete_customer"]


@pytest.mark.parametrize(
    ("tools", "param"),
    [
        ([CRM], "tools[0].tools[0].defer_loading"),
        ([LOOK_UP, BOOKS], "tools[1].defer_loading"),
        ([SEARCH, SEARCH, BOOKS], "tools[1].name"),
        ([SEARCH, BOOKS, {**BOOKS, "defer_loading": False}], "tools[2].name"),
    ],
)
def test_what_cannot_be_found_is_refused(client: OpenAI, tools: Any, param: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        client.responses.create(model=MODEL, input="Hello.", tools=tools)
    assert caught.value.param == param


def test_searching_with_nothing_to_find_is_no_tool(client: OpenAI) -> None:
    made = ask(client, search("x"), tools=[SEARCH])
    assert made.output[0].type == "message"


def test_counting_counts_what_is_shown(client: OpenAI) -> None:
    def count(tools: Any) -> int:
        return client.responses.input_tokens.count(model=MODEL, input=script(), tools=tools).input_tokens

    assert count([LOOK_UP]) < count(TOOLS) < count([LOOK_UP, *CRM["tools"], BOOKS, SEARCH]) + 200
