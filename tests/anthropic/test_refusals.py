"""What cannot be honoured is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, asked
from tests.anthropic.test_messages import WEATHER, text

PNG = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "..."}
CITED = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "x"},
    "citations": {"enabled": True},
}
SCHEMA = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_none", "content": "x"}
USE = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}


def said(*blocks: Any, role: str = "user") -> Any:
    return {"messages": [{"role": role, "content": list(blocks)}]}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"temprature": 1}, "temprature"),
    ({"max_tokens": None}, "max_tokens"),
    ({"temperature": 1.5}, "temperature"),
    ({"messages": []}, "messages"),
    ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "no search engine is set"),
    ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "bash_20250124"),
    ({"tools": [WEATHER, WEATHER]}, r"tools\[1\].name"),
    ({"tools": [{**WEATHER, "defer_loading": True}]}, r"tools\[0\].defer_loading"),
    ({"tools": [{**WEATHER, "allowed_callers": ["code_execution_20250825"]}]}, r"tools\[0\].allowed_callers"),
    ({"tool_choice": {"type": "any"}}, "tool_choice"),
    ({"tools": [WEATHER], "tool_choice": {"type": "tool", "name": "clock"}}, "clock"),
    ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinking.budget_tokens"),
    ({"thinking": {"type": "between_tools"}}, "between_tools"),
    ({"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}}, "clear_tool_uses_20250919"),
    ({"speed": "fast"}, "speed"),
    ({"container": {"skills": [{"type": "anthropic", "skill_id": "a"}]}}, r"container.skills\[0\]"),
    ({"mcp_servers": [{"type": "url", "url": "ftp://a.example", "name": "a"}]}, "server_url"),
    (said({"type": "image", "source": PNG}), r"messages\[0\].content\[0\]"),
    (said({"type": "document", "source": PDF}), r"messages\[0\].content: The file is not in base64"),
    (said({"type": "document", "source": {**PDF, "media_type": "text/plain"}}), r"content\[0\].source.data"),
    (said({"type": "document", "source": {"type": "url", "url": "http://127.0.0.1/a"}}), r"messages\[0\].content"),
    ({**said(CITED), "output_config": SCHEMA}, "citations"),
    ({**said(CITED), "top_k": 3}, "top_k"),
    ({**said(CITED), "stop_sequences": ["x"]}, "stop_sequences"),
    ({"messages": [*said(CITED)["messages"], {"role": "assistant", "content": "So"}]}, r"messages\[1\]"),
    ({"messages": [*said(CITED)["messages"] * 2], "temperature": 2}, "temperature"),
    (said(RESULT), r"content\[0\].tool_use_id"),
    (said({"type": "web_search_tool_result"}), "web_search_tool_result"),
    (said({"type": "tool_search_tool_result"}, role="assistant"), "tool_search_tool_result"),
    (said(USE, role="assistant"), r"content\[0\]"),
    (said(text("Hello"), role="robot"), "robot"),
]


@pytest.mark.parametrize(("change", "named"), REFUSED, ids=[named for _, named in REFUSED])
def test_refused(client: Anthropic, change: dict[str, Any], named: str) -> None:
    body = {"model": MODEL, "max_tokens": 100, "messages": asked("Hello"), **change}
    with pytest.raises(anthropic.BadRequestError, match=named) as caught:
        client.post("/v1/messages", cast_to=object, body=body)
    assert caught.value.type == "invalid_request_error"


@pytest.mark.parametrize("headers", [{"anthropic-version": "2023-01-01"}, {"anthropic-beta": "a-beta-of-2031"}])
def test_versions_and_betas_that_are_not_known(client: Anthropic, headers: dict[str, str]) -> None:
    with pytest.raises(anthropic.BadRequestError, match=next(iter(headers.values()))):
        client.messages.create(model=MODEL, max_tokens=9, messages=asked("Hello"), extra_headers=headers)


def test_betas_that_are_known(client: Anthropic) -> None:
    made = client.beta.messages.create(
        model=MODEL,
        max_tokens=100,
        messages=asked("Hello"),
        betas=["context-management-2025-06-27", "interleaved-thinking-2025-05-14"],
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    )
    assert made.stop_reason == "end_turn"
