# /// script
# requires-python = ">=3.11"
# dependencies = ["strands-agents[openai]==1.62.0"]
# [tool.earthshine]
# client = "Strands Agents"
# api = "chat"
# ///
"""Strands Agents: OpenAIModel with client_args."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from pydantic import BaseModel
from strands import Agent, tool
from strands.models.openai import OpenAIModel

model = OpenAIModel(client_args={"base_url": BASE, "api_key": KEY}, model_id=MODEL)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


def agent(**options: object) -> Agent:
    return Agent(model=model, callback_handler=None, **options)  # type: ignore


@check("plain")
def plain() -> None:
    assert str(agent()(HELLO)).strip()


@check("stream")
async def stream() -> None:
    assert "".join([event["data"] async for event in agent().stream_async(HELLO) if "data" in event])


@check("tools")
def tools() -> None:
    assert DEGREES in str(agent(tools=[tool(plain_weather)])(ASK_WEATHER))


@check("structured")
def structured() -> None:
    assert isinstance(agent()(ANN, structured_output_model=Person).structured_output, Person)
