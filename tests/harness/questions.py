"""What the tests of whole replies ask, and with which tools."""

from __future__ import annotations

from typing import Any

from earthshine.engines.requests import ChatRequest
from tests.harness.fake_engine import tool, user

WEATHER = tool("get_weather", city={"type": "string"})
TIME = tool("get_time", zone={"type": "string", "enum": ["UTC", "CET"]})
CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city":"Paris"}}\n</tool_call>'
SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}


def question(*tools: dict[str, Any], **options: Any) -> ChatRequest:
    """Ask for the weather."""
    return ChatRequest(user("What is the weather?"), tools=tools, **options)
