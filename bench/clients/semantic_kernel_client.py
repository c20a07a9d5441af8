# /// script
# requires-python = ">=3.11"
# dependencies = ["semantic-kernel==1.45.0"]
# [tool.earthshine]
# client = "Semantic Kernel"
# api = "chat"
# ///
"""Semantic Kernel: OpenAIChatCompletion over an AsyncOpenAI client."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from openai import AsyncOpenAI
from pydantic import BaseModel
from semantic_kernel import Kernel
from semantic_kernel.connectors.ai import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function

service = OpenAIChatCompletion(ai_model_id=MODEL, async_client=AsyncOpenAI(base_url=BASE, api_key=KEY))
kernel = Kernel()


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


class Sky:
    """A plugin with one function."""

    @kernel_function(name="weather", description="The weather in a city now.")
    def weather(self, city: str) -> str:
        return plain_weather(city)


kernel.add_plugin(Sky(), "sky")


def said(words: str) -> ChatHistory:
    history = ChatHistory()
    history.add_user_message(words)
    return history


@check("plain")
async def plain() -> None:
    assert str(await service.get_chat_message_content(said(HELLO), OpenAIChatPromptExecutionSettings()))


@check("stream")
async def stream() -> None:
    pieces = service.get_streaming_chat_message_content(said(HELLO), OpenAIChatPromptExecutionSettings())
    assert "".join([str(piece) async for piece in pieces])


@check("tools")
async def tools() -> None:
    settings = OpenAIChatPromptExecutionSettings(function_choice_behavior=FunctionChoiceBehavior.Auto())
    asked = said(ASK_WEATHER.replace('"weather"', '"sky-weather"'))
    assert DEGREES in str(await service.get_chat_message_content(asked, settings, kernel=kernel))


@check("structured")
async def structured() -> None:
    settings = OpenAIChatPromptExecutionSettings(response_format=Person)
    assert Person.model_validate_json(str(await service.get_chat_message_content(said(ANN), settings)))
