# /// script
# requires-python = ">=3.11"
# dependencies = ["litellm==1.110.2"]
# [tool.earthshine]
# client = "LiteLLM"
# api = "chat, Responses"
# ///
"""LiteLLM: `openai/MODEL` with an api_base."""

from __future__ import annotations

import litellm
from _check import ASK_WEATHER, BASE, HELLO, KEY, MODEL, check
from pydantic import BaseModel

litellm.telemetry = False
HERE = {"model": f"openai/{MODEL}", "api_base": BASE, "api_key": KEY}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


class Person(BaseModel):
    name: str
    age: int


def say(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@check("plain")
def plain() -> None:
    assert litellm.completion(messages=say(HELLO), **HERE).choices[0].message.content
    assert litellm.responses(input=HELLO, **HERE).output


@check("stream")
def stream() -> None:
    chunks = list(litellm.completion(messages=say(HELLO), stream=True, **HERE))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


@check("tools")
def tools() -> None:
    said = litellm.completion(messages=say(ASK_WEATHER), tools=[TOOL], **HERE)
    assert said.choices[0].message.tool_calls[0].function.name == "weather"


@check("structured")
def structured() -> None:
    said = litellm.completion(messages=say("Ann is 30."), response_format=Person, **HERE)
    assert Person.model_validate_json(said.choices[0].message.content)


@check("overflow")
def overflow() -> None:
    try:
        litellm.completion(messages=say("word " * 40000), **HERE)
    except litellm.ContextWindowExceededError:
        return
    raise AssertionError("not recognised")
