# /// script
# requires-python = ">=3.11"
# dependencies = ["smolagents[openai]==1.26.0"]
# [tool.earthshine]
# client = "smolagents"
# api = "chat"
# ///
"""smolagents: OpenAIServerModel."""

from __future__ import annotations

import json

from _check import ANN, ASK_WEATHER, BASE, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from smolagents import ChatMessage, MessageRole, OpenAIServerModel, tool

model = OpenAIServerModel(model_id=MODEL, api_base=BASE, api_key=KEY)


def say(text: str) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole.USER, content=[{"type": "text", "text": text}])]


@check("plain")
def plain() -> None:
    assert model.generate(say(HELLO)).content


@check("stream")
def stream() -> None:
    assert "".join(piece.content or "" for piece in model.generate_stream(say(HELLO)))


@check("tools")
def tools() -> None:
    said = model.generate(say(ASK_WEATHER), tools_to_call_from=[tool(plain_weather)])
    assert said.tool_calls[0].function.name == "weather"


@check("structured")
def structured() -> None:
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    assert "age" in json.loads(model.generate(say(ANN), response_format=wanted).content)
