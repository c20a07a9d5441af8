# /// script
# requires-python = ">=3.11"
# dependencies = ["haystack-ai==3.4.1"]
# [tool.earthshine]
# client = "Haystack"
# api = "chat"
# ///
"""Haystack: OpenAIChatGenerator with api_base_url."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import create_tool_from_function
from haystack.utils import Secret
from pydantic import BaseModel

model = OpenAIChatGenerator(model=MODEL, api_base_url=BASE, api_key=Secret.from_token(KEY))


@check("plain")
def plain() -> None:
    assert model.run([ChatMessage.from_user(HELLO)])["replies"][0].text


@check("stream")
def stream() -> None:
    heard: list[str] = []
    model.run([ChatMessage.from_user(HELLO)], streaming_callback=lambda chunk: heard.append(chunk.content))
    assert "".join(heard)


@check("tools")
def tools() -> None:
    agent = Agent(chat_generator=model, tools=[create_tool_from_function(plain_weather)])
    said = agent.run([ChatMessage.from_user(ASK_WEATHER)])
    assert any(DEGREES in str(message) for message in said["messages"])


class Person(BaseModel):
    name: str
    age: int


@check("structured")
def structured() -> None:
    said = model.run([ChatMessage.from_user(ANN)], generation_kwargs={"response_format": Person})
    assert Person.model_validate_json(said["replies"][0].text)
