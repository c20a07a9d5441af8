# /// script
# requires-python = ">=3.11"
# dependencies = ["agno==3.1.10", "openai"]
# [tool.earthshine]
# client = "Agno"
# api = "chat, Responses"
# ///
"""Agno: OpenAILike over chat completions, OpenAIResponses over Responses."""

from __future__ import annotations

import os

os.environ["AGNO_TELEMETRY"] = "false"

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check, weather
from agno.agent import Agent
from agno.models.openai import OpenAIResponses
from agno.models.openai.like import OpenAILike
from pydantic import BaseModel


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


for label, kind in (("", OpenAILike), ("responses ", OpenAIResponses)):
    model = kind(id=MODEL, base_url=BASE, api_key=KEY)

    @check(f"{label}plain")
    def plain() -> None:
        assert Agent(model=model).run(HELLO).content

    @check(f"{label}stream")
    def stream() -> None:
        assert "".join(event.content or "" for event in Agent(model=model).run(HELLO, stream=True))

    @check(f"{label}tools")
    def tools() -> None:
        assert DEGREES in str(Agent(model=model, tools=[weather]).run(ASK_WEATHER).content)

    @check(f"{label}structured")
    def structured() -> None:
        assert isinstance(Agent(model=model, output_schema=Person).run(ANN).content, Person)
