# /// script
# requires-python = ">=3.11"
# dependencies = ["chatlas[openai]==0.23.0"]
# [tool.earthshine]
# client = "chatlas"
# api = "Responses"
# ///
"""chatlas: ChatOpenAI with a base_url."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check, weather
from chatlas import ChatOpenAI
from pydantic import BaseModel


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


def chat() -> ChatOpenAI:
    return ChatOpenAI(model=MODEL, base_url=BASE, api_key=KEY)


@check("plain")
def plain() -> None:
    assert str(chat().chat(HELLO, echo="none", stream=False))


@check("stream")
def stream() -> None:
    assert "".join(chat().stream(HELLO))


@check("tools")
def tools() -> None:
    talk = chat()
    talk.register_tool(weather)
    assert DEGREES in str(talk.chat(ASK_WEATHER, echo="none"))


@check("structured")
def structured() -> None:
    assert isinstance(chat().chat_structured(ANN, data_model=Person), Person)
