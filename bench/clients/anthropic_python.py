# /// script
# requires-python = ">=3.11"
# dependencies = ["anthropic==2.14.0", "pydantic"]
# [tool.earthshine]
# client = "Anthropic SDK (Python)"
# api = "Anthropic"
# ///
"""Anthropic's official SDK: base_url ends in /anthropic."""

from __future__ import annotations

from typing import Any

from _check import ANN, ASK_WEATHER, DEGREES, HELLO, KEY, MODEL, ORIGIN, check
from pydantic import BaseModel

from anthropic import Anthropic

client = Anthropic(base_url=f"{ORIGIN}/anthropic", api_key=KEY)
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER: Any = {"name": "weather", "description": "The weather in a city now.", "input_schema": SCHEMA}


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


def said(words: str) -> Any:
    return {"model": MODEL, "max_tokens": 500, "messages": [{"role": "user", "content": words}]}


@check("plain")
def plain() -> None:
    assert client.messages.create(**said(HELLO)).content[0].text  # type: ignore


@check("stream")
def stream() -> None:
    with client.messages.stream(**said(HELLO)) as pieces:
        assert "".join(pieces.text_stream)
        assert pieces.get_final_message().usage.output_tokens > 0


@check("tools")
def tools() -> None:
    asked = said(ASK_WEATHER) | {"tools": [WEATHER]}
    made = client.messages.create(**asked)
    (call,) = (block for block in made.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": call.id, "content": DEGREES}
    more = [{"role": "assistant", "content": made.content}, {"role": "user", "content": [result]}]
    again = client.messages.create(**asked | {"messages": asked["messages"] + more})
    assert again.stop_reason == "end_turn"


@check("structured")
def structured() -> None:
    assert isinstance(client.messages.parse(**said(ANN), output_format=Person).parsed_output, Person)


@check("count")
def count() -> None:
    asked = said(HELLO)
    assert client.messages.count_tokens(model=MODEL, messages=asked["messages"]).input_tokens > 0
