# /// script
# requires-python = ">=3.11"
# dependencies = ["crewai==1.15.30"]
# [tool.earthshine]
# client = "CrewAI"
# api = "chat"
# ///
"""CrewAI: LLM with a base_url."""

from __future__ import annotations

import os

os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["OTEL_SDK_DISABLED"] = "true"

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from crewai import LLM, Agent
from crewai.tools import tool
from pydantic import BaseModel

HERE = {"model": f"openai/{MODEL}", "base_url": BASE, "api_key": KEY}
weather = tool("weather")(plain_weather)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@check("plain")
def plain() -> None:
    assert LLM(**HERE).call(HELLO)


@check("stream")
def stream() -> None:
    assert LLM(**HERE, stream=True).call(HELLO)


@check("tools")
def tools() -> None:
    agent = Agent(role="r", goal="g", backstory="b", llm=LLM(**HERE), tools=[weather])
    assert DEGREES in str(agent.kickoff(f"\n{ASK_WEATHER}\n"))


@check("structured")
def structured() -> None:
    said = LLM(**HERE, response_format=Person).call(ANN)
    assert said if isinstance(said, Person) else Person.model_validate_json(said)
