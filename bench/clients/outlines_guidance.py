# /// script
# requires-python = ">=3.11"
# dependencies = ["outlines==1.3.3", "guidance==0.3.1", "openai"]
# ///
"""Outlines and Guidance, which ask an OpenAI server for a schema."""

from __future__ import annotations

import guidance
import outlines
from _check import BASE, KEY, MODEL, check
from guidance import models, system, user
from openai import OpenAI
from pydantic import BaseModel


class Person(BaseModel):
    name: str
    age: int


@check("outlines")
def with_outlines() -> None:
    model = outlines.from_openai(OpenAI(base_url=BASE, api_key=KEY), MODEL)
    assert Person.model_validate_json(model("Ann is 30.", Person))


@check("guidance")
def with_guidance() -> None:
    model = models.OpenAI(MODEL, base_url=BASE, api_key=KEY, echo=False)
    with system():
        model += "You extract."
    with user():
        model += "Ann is 30."
    with guidance.assistant():
        model += guidance.json("person", schema=Person)
    assert Person.model_validate_json(model["person"])
