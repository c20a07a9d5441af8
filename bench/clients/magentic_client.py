# /// script
# requires-python = ">=3.11"
# dependencies = ["magentic==0.41.1"]
# [tool.earthshine]
# client = "magentic"
# api = "chat"
# ///
"""magentic: OpenaiChatModel with a base_url."""

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check, weather
from magentic import OpenaiChatModel, StreamedStr, prompt, prompt_chain
from pydantic import BaseModel

model = OpenaiChatModel(MODEL, base_url=BASE, api_key=KEY)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@check("plain")
def plain() -> None:
    @prompt("{words}", model=model)
    def ask(words: str) -> str: ...  # type: ignore

    assert ask(HELLO)


@check("stream")
def stream() -> None:
    @prompt("{words}", model=model)
    def ask(words: str) -> StreamedStr: ...  # type: ignore

    assert "".join(ask(HELLO))


@check("tools")
def tools() -> None:
    @prompt_chain("{words}", functions=[weather], model=model)
    def ask(words: str) -> str: ...  # type: ignore

    assert DEGREES in ask(ASK_WEATHER)


@check("structured")
def structured() -> None:
    @prompt("{words}", model=model)
    def ask(words: str) -> Person: ...  # type: ignore

    assert isinstance(ask(ANN), Person)
