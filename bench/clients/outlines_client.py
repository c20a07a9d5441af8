# /// script
# requires-python = ">=3.11"
# dependencies = ["outlines==1.3.3", "openai"]
# [tool.earthshine]
# client = "Outlines"
# api = "chat"
# ///
"""Outlines over an OpenAI client."""

from __future__ import annotations

import outlines
from _check import ANN, BASE, HELLO, KEY, MODEL, absent, check
from openai import OpenAI
from pydantic import BaseModel

model = outlines.from_openai(OpenAI(base_url=BASE, api_key=KEY), MODEL)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@check("plain")
def plain() -> None:
    assert model(HELLO)


@check("stream")
def stream() -> None:
    assert "".join(model.stream(HELLO))


absent("tools", "it has none")


@check("structured")
def structured() -> None:
    assert Person.model_validate_json(model(ANN, Person))
