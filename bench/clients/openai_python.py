# /// script
# requires-python = ">=3.11"
# dependencies = ["openai==3.57.0", "pydantic"]
# [tool.earthshine]
# client = "OpenAI SDK (Python)"
# api = "Responses, chat"
# ///
"""The official Python SDK. The environment is enough: OPENAI_BASE_URL and OPENAI_API_KEY."""

from __future__ import annotations

import json

import openai
from _check import ASK_WEATHER, DEGREES, HELLO, MODEL, check
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}


class Person(BaseModel):
    name: str
    age: int


@check("plain")
def plain() -> None:
    assert client.responses.create(model=MODEL, input=HELLO).output_text
    said = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": HELLO}])
    assert said.choices[0].message.content


@check("stream")
def stream() -> None:
    with client.responses.stream(model=MODEL, input=HELLO) as events:
        assert any(event.type == "response.output_text.delta" for event in events)
    chunks = list(
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": HELLO}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[-1].usage is not None and chunks[-1].usage.completion_tokens > 0


@check("tools")
def tools() -> None:
    made = client.responses.create(
        model=MODEL,
        input=ASK_WEATHER,
        tools=[{"type": "function", "strict": False, **TOOL}],  # type: ignore
    )
    (call,) = (item for item in made.output if item.type == "function_call")
    assert "Paris" in json.loads(call.arguments)["city"]
    answer = {"type": "function_call_output", "call_id": call.call_id, "output": DEGREES}
    again = client.responses.create(model=MODEL, input=[answer], previous_response_id=made.id)  # type: ignore
    assert again.output_text


@check("structured")
def structured() -> None:
    chat = client.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": "Ann is 30. Extract."}], response_format=Person
    )
    assert chat.choices[0].message.parsed
    assert client.responses.parse(model=MODEL, input="Ann is 30. Extract.", text_format=Person).output_parsed


@check("errors")
def errors() -> None:
    for wrong, kind in (("no-such-model", openai.NotFoundError),):
        try:
            client.responses.create(model=wrong, input=HELLO)
        except kind as error:
            assert error.code == "model_not_found"
        else:
            raise AssertionError("no error")
