# /// script
# requires-python = ">=3.11"
# dependencies = ["guidance==0.3.1", "openai"]
# [tool.earthshine]
# client = "Guidance"
# api = "chat"
# ///
"""Guidance: models.OpenAI with a base_url."""

from __future__ import annotations

import guidance
from _check import ANN, BASE, HELLO, KEY, MODEL, absent, check
from guidance import models, system, user
from pydantic import BaseModel

model = models.OpenAI(MODEL, base_url=BASE, api_key=KEY, echo=False)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


def asked(words: str, wanted: object) -> models.Model:
    """Have the model say one thing."""
    said = model
    with system():
        said += "You extract."
    with user():
        said += words
    with guidance.assistant():
        said += wanted
    return said


@check("plain")
def plain() -> None:
    assert asked(HELLO, guidance.gen("said"))["said"]


absent("stream", "it streams each of the others")
absent("tools", "not over OpenAI's API with a custom address")


@check("structured")
def structured() -> None:
    assert Person.model_validate_json(asked(ANN, guidance.json("person", schema=Person))["person"])
