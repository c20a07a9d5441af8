# /// script
# requires-python = ">=3.11"
# dependencies = ["mirascope[openai]==2.8.2"]
# [tool.earthshine]
# client = "Mirascope"
# api = "Responses"
# ///
"""Mirascope: a provider with a base_url."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from mirascope import llm
from pydantic import BaseModel

llm.register_provider("openai", base_url=BASE, api_key=KEY)
NAME = f"openai/{MODEL}"
weather = llm.tool(plain_weather)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@check("plain")
def plain() -> None:
    assert llm.Model(NAME).call(HELLO).text()


@check("stream")
def stream() -> None:
    assert "".join(llm.Model(NAME).stream(HELLO).text_stream())


@check("tools")
def tools() -> None:
    said = llm.Model(NAME).call(ASK_WEATHER, tools=[weather])
    assert DEGREES in said.resume(said.execute_tools()).text()


@check("structured")
def structured() -> None:
    assert isinstance(llm.Model(NAME).call(ANN, format=Person).parse(), Person)
