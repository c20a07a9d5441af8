# /// script
# requires-python = ">=3.11"
# dependencies = ["instructor==1.17.0"]
# ///
"""Instructor, in its modes for OpenAI's API."""

from __future__ import annotations

import json

import instructor
from _check import MODEL, SCRIPTED, check
from openai import OpenAI
from pydantic import BaseModel


class Person(BaseModel):
    name: str
    age: int


MODES = ("TOOLS", "TOOLS_STRICT", "JSON", "JSON_SCHEMA", "MD_JSON", "RESPONSES_TOOLS")

for mode in MODES:

    @check(mode.lower())
    def structured() -> None:
        client = instructor.from_openai(OpenAI(), mode=getattr(instructor.Mode, mode))
        ask = {"messages": [{"role": "user", "content": "Ann is 30 years old. Extract."}]}
        if SCRIPTED and mode in ("JSON", "MD_JSON"):
            # These two only describe the schema in words, which a scripted model does not read.
            text = '{"name": "Ann", "age": 30}'
            text = f"```json\n{text}\n```" if mode == "MD_JSON" else text
            ask["messages"][0]["content"] = f"!script {json.dumps({'text': text})}"
        person = client.chat.completions.create(model=MODEL, response_model=Person, max_retries=0, **ask)
        assert isinstance(person, Person)
