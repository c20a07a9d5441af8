"""Looks at the web as items: what a model's words become, what it is shown again, what clients may send back."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from openai.types.responses import ResponseFunctionWebSearch
from pydantic import TypeAdapter

from earthshine.conversations.items import ItemParam, written_kind
from earthshine.engines.requests import Message
from earthshine.responses.items.messages import to_messages

Json = dict[str, Any]
BEGUN: Json = {
    "id": "ws_1",
    "type": "web_search_call",
    "call_id": "call_1",
    "action": {"type": "search", "queries": []},
    "status": "in_progress",
}


@pytest.mark.parametrize(
    ("written", "action"),
    [
        (
            '{"queries": [" a  b ", "a b", "c", 3, "d", "e"]}',
            {"type": "search", "queries": ["a b", "c", "d"], "query": "a b"},
        ),
        ('{"query": "a"}', {"type": "search", "queries": ["a"], "query": "a"}),
        ('{"url": " x ", "start": 5}', {"type": "open_page", "url": "x", "start": 5}),
        ('{"url": "x", "start": true}', {"type": "open_page", "url": "x"}),
        ('{"url": "x", "pattern": " p  q"}', {"type": "find_in_page", "url": "x", "pattern": "p q"}),
        ('{"url": 3}', {"type": "search", "queries": []}),
        ("{}", {"type": "search", "queries": []}),
        ("[]", {"type": "search", "queries": []}),
        ("{", {"type": "search", "queries": []}),
        ("", {"type": "search", "queries": []}),
    ],
)
def test_what_a_model_wrote_says_which_action(written: str, action: Json) -> None:
    kind = written_kind(BEGUN)
    made = kind.whole(BEGUN, written)
    assert made["action"] == action
    TypeAdapter(ResponseFunctionWebSearch).validate_python(made)
    # Shown again, it is the same call.
    if written.startswith("{") and action != BEGUN["action"]:
        again = kind.whole(BEGUN, kind.arguments(made))
        assert again["action"] == action


def shown(item: Json) -> tuple[Message, Message]:
    [call, answer] = to_messages([item])
    return call, answer


def test_pages_are_shown_with_numbers_and_where_to_read_on() -> None:
    found = {
        "url": "https://a.test/x",
        "title": "A\npage",
        "file_id": "file-1",
        "start": 10,
        "end": 21,
        "text": "One. Two [3].",
    }
    item = {**BEGUN, "action": {"type": "open_page", "url": "https://a.test/x"}, "status": "completed"}
    call, answer = shown({**item, "results": [found], "characters": 100})
    assert orjson.loads(call["tool_calls"][0]["function"]["arguments"]) == {"url": "https://a.test/x"}
    text: Any = answer["content"]
    assert "<A page | https://a.test/x>\nOne. [1]\nTwo . [2]" in text
    assert "characters 10 to 21 of 100" in text
    assert '"start": 21' in text
    assert "Nothing was found" in str(shown({**item, "results": []})[1]["content"])
    assert "not kept" in str(shown(item)[1]["content"])
    assert shown({**item, "error": "Error: x"})[1]["content"] == "Error: x"


@pytest.mark.parametrize(
    "sent",
    [
        {"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": "a"}, "status": "completed"},
        {
            "type": "web_search_call",
            "id": "ws_1",
            "status": "completed",
            "action": {"type": "search", "queries": ["a"], "sources": [{"type": "url", "url": "https://a.test"}]},
        },
        {"type": "web_search_call", "action": {"type": "open_page", "url": "https://a.test"}, "status": "failed"},
        {
            "type": "web_search_call",
            "action": {"type": "find_in_page", "url": "u", "pattern": "p"},
            "status": "completed",
        },
    ],
)
def test_what_openais_clients_send_back_is_taken(sent: Json) -> None:
    stored = TypeAdapter(ItemParam).validate_python(sent)
    TypeAdapter(ResponseFunctionWebSearch).validate_python(stored)
    call, _ = shown(stored)
    assert call["tool_calls"][0]["function"]["name"] in ("web_search", "open_page", "find_in_page")
