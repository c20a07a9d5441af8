# /// script
# requires-python = ">=3.11"
# dependencies = ["ollama==0.6.3"]
# [tool.earthshine]
# client = "Ollama (Python)"
# api = "Ollama"
# ///
"""Ollama's official client: host and the key as a header."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, DEGREES, HELLO, KEY, MODEL, ORIGIN, check, weather
from pydantic import BaseModel

from ollama import Client

client = Client(host=ORIGIN, headers={"authorization": f"Bearer {KEY}"})


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


def say(words: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": words}]


@check("plain")
def plain() -> None:
    assert client.chat(MODEL, say(HELLO)).message.content
    assert client.generate(MODEL, HELLO).response


@check("stream")
def stream() -> None:
    assert "".join(piece.message.content or "" for piece in client.chat(MODEL, say(HELLO), stream=True))


@check("tools")
def tools() -> None:
    asked = say(ASK_WEATHER)
    made = client.chat(MODEL, asked, tools=[weather])
    (call,) = made.message.tool_calls or []
    assert call.function.arguments == {"city": "Paris"}
    more = [made.message, {"role": "tool", "tool_name": "weather", "content": weather(**call.function.arguments)}]
    assert DEGREES in str(client.chat(MODEL, asked + more, tools=[weather]).message.content)  # type: ignore


@check("structured")
def structured() -> None:
    said = client.chat(MODEL, say(ANN), format=Person.model_json_schema())
    assert Person.model_validate_json(said.message.content or "")


@check("lists")
def lists() -> None:
    assert MODEL in [each.model.removesuffix(":latest") for each in client.list().models if each.model]
    assert client.embed(MODEL, "hello").embeddings
