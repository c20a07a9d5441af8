# /// script
# requires-python = ">=3.11"
# dependencies = ["autogen-ext[openai]==0.7.5", "autogen-agentchat==0.7.5"]
# [tool.earthshine]
# client = "AutoGen"
# api = "chat"
# ///
"""AutoGen: OpenAIChatCompletionClient with a base_url and the model's abilities."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check, weather
from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ModelInfo, UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient
from pydantic import BaseModel

INFO = ModelInfo(vision=False, function_calling=True, json_output=True, family="unknown", structured_output=True)
model = OpenAIChatCompletionClient(model=MODEL, base_url=BASE, api_key=KEY, model_info=INFO)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


def said(words: str) -> list[UserMessage]:
    return [UserMessage(content=words, source="user")]


@check("plain")
async def plain() -> None:
    assert (await model.create(said(HELLO))).content


@check("stream")
async def stream() -> None:
    pieces = [piece async for piece in model.create_stream(said(HELLO))]
    assert "".join(piece for piece in pieces if isinstance(piece, str))


@check("tools")
async def tools() -> None:
    assert DEGREES in str((await AssistantAgent("a", model, tools=[weather]).run(task=ASK_WEATHER)).messages[-1])


@check("structured")
async def structured() -> None:
    assert Person.model_validate_json(str((await model.create(said(ANN), json_output=Person)).content))
