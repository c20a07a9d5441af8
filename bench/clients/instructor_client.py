# /// script
# requires-python = ">=3.11"
# dependencies = ["instructor==1.17.0"]
# [tool.earthshine]
# client = "Instructor"
# api = "chat, Responses"
# ///
"""Instructor, in its modes for OpenAI's API."""

from __future__ import annotations

import json

import instructor
from _check import ANN, HELLO, MODEL, SCRIPTED, absent, check
from openai import OpenAI
from pydantic import BaseModel


class Person(BaseModel):
    name: str
    age: int


client = instructor.from_openai(OpenAI())
MODES = ("TOOLS", "TOOLS_STRICT", "JSON", "JSON_SCHEMA", "MD_JSON", "RESPONSES_TOOLS")


@check("plain")
def plain() -> None:
    said = client.chat.completions.create(
        model=MODEL, response_model=None, messages=[{"role": "user", "content": HELLO}]
    )
    assert said.choices[0].message.content


@check("stream")
def stream() -> None:
    said = client.chat.completions.create_partial(
        model=MODEL, response_model=Person, messages=[{"role": "user", "content": ANN}]
    )
    assert isinstance(list(said)[-1], Person)


absent("tools", "tools are how it gets a typed reply")

for mode in MODES:

    @check(f"{mode.lower()} structured")
    def structured() -> None:
        client = instructor.from_openai(OpenAI(), mode=getattr(instructor.Mode, mode))
        ask = {"messages": [{"role": "user", "content": ANN}]}
        if SCRIPTED and mode in ("JSON", "MD_JSON"):
            # These two only describe the schema in words, which a scripted model does not read.
            text = '{"name": "Ann", "age": 30}'
            text = f"```json\n{text}\n```" if mode == "MD_JSON" else text
            ask["messages"][0]["content"] = f"!script {json.dumps({'text': text})}"
        person = client.chat.completions.create(model=MODEL, response_model=Person, max_retries=0, **ask)
        assert isinstance(person, Person)
