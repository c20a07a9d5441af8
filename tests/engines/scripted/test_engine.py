"""The scripted model: what its script says happens, and a reply goes on from wherever it was cut."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.engines.deltas import (
    ChatEnd,
    CompletionEnd,
    Delta,
    Piece,
    Reasoning,
    Text,
    ToolCallArguments,
    ToolCallStart,
)
from earthshine.engines.interleave import flat
from earthshine.engines.requests import ChatRequest, CompletionRequest, OutputFormat, Sampling, ToolChoice
from earthshine.engines.scripted.engine import Scripted
from earthshine.engines.scripted.example_json import example
from earthshine.errors import ContextLengthExceeded, EngineFailed, InvalidRequest, InvalidSchema, RateLimited

TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "minLength": 2}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city", "days"],
        },
    },
}


def asked(text: str, **fields: Any) -> ChatRequest:
    return ChatRequest(messages=[{"role": "user", "content": text}], **fields)


def script(**keys: Any) -> str:
    return f"!script {json.dumps(keys)}"


async def collect(batches: AsyncIterator[Sequence[Delta]]) -> list[Delta]:
    return [delta async for delta in flat(batches)]


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


def raw_of(deltas: list[Delta]) -> str:
    return "".join(delta.raw for delta in deltas)


def end_of(deltas: list[Delta]) -> ChatEnd:
    assert isinstance(deltas[-1], ChatEnd)
    return deltas[-1]


async def test_without_a_script_it_repeats_what_was_asked() -> None:
    deltas = await collect(Scripted().chat(asked("good morning")))
    assert text_of(deltas) == "You said: good morning"
    end = end_of(deltas)
    assert end.reason == "stop"
    assert end.usage.completion_tokens == len(deltas) - 1
    assert end.usage.prompt_tokens == len(await Scripted().tokenize("good morning"))


async def test_reasoning_comes_first_and_is_counted() -> None:
    deltas = await collect(Scripted().chat(asked(script(text="Four.", reasoning="Two and two"))))
    kinds = [type(delta) for delta in deltas]
    assert kinds == sorted(kinds, key=[Reasoning, Text, ChatEnd].index)
    assert end_of(deltas).usage.reasoning_tokens == kinds.count(Reasoning) > 0
    assert raw_of(deltas) == "<think>Two and two</think>Four."


async def test_reasoning_effort_none_means_no_reasoning() -> None:
    deltas = await collect(Scripted().chat(asked(script(text="Four.", reasoning="Two"), reasoning_effort="none")))
    assert not any(isinstance(delta, Reasoning) for delta in deltas)


async def test_pieces_fixes_the_number_of_tokens() -> None:
    deltas = await collect(Scripted().chat(asked(script(text="one two", pieces=200))))
    assert end_of(deltas).usage.completion_tokens == 200
    assert text_of(deltas).startswith("one two one two")


async def test_max_tokens_ends_with_length() -> None:
    deltas = await collect(Scripted().chat(asked(script(pieces=50, text="a b"), sampling=Sampling(max_tokens=7))))
    assert end_of(deltas).usage.completion_tokens == 7
    assert end_of(deltas).reason == "length"


async def test_a_stop_string_ends_it_even_across_tokens() -> None:
    sampling = Sampling(stop=("lo wor",))
    deltas = await collect(Scripted().chat(asked(script(text="Hello world"), sampling=sampling)))
    assert text_of(deltas) == "Hel"
    assert end_of(deltas).reason == "stop"


async def test_a_required_call_satisfies_its_schema() -> None:
    request = asked("call", tools=[TOOL], tool_choice=ToolChoice("required"))
    deltas = await collect(Scripted().chat(request))
    assert isinstance(deltas[0], ToolCallStart)
    assert deltas[0].name == "weather"
    arguments = "".join(delta.text for delta in deltas if isinstance(delta, ToolCallArguments))
    jsonschema.validate(json.loads(arguments), TOOL["function"]["parameters"])
    assert end_of(deltas).reason == "tool_calls"


async def test_a_list_of_scripts_answers_turn_by_turn() -> None:
    line = '!script [{"tool_call": {"name": "weather"}}, {"text": "It rains."}]'
    first = await collect(Scripted().chat(asked(line, tools=[TOOL])))
    assert isinstance(first[0], ToolCallStart)
    messages = [
        {"role": "user", "content": line},
        {"role": "assistant", "content": None},
        {"role": "tool", "tool_call_id": "c", "content": "rain"},
    ]
    assert text_of(await collect(Scripted().chat(ChatRequest(messages, tools=[TOOL])))) == "It rains."
    messages += [{"role": "assistant", "content": "x"}, {"role": "tool", "tool_call_id": "d", "content": "sun"}]
    assert text_of(await collect(Scripted().chat(ChatRequest(messages)))) == "The tools say: rain; sun"


@given(st.data())
async def test_going_on_from_any_cut_gives_the_rest(data: st.DataObject) -> None:
    line = script(
        text="Hello, bright world",
        reasoning="Hmm, so",
        tool_calls=[{"name": "weather", "arguments": {"city": "Paris"}}],
    )
    whole = await collect(Scripted().chat(asked(line, tools=[TOOL])))
    raw = raw_of(whole)
    cut = data.draw(st.integers(0, len(raw)))
    rest = await collect(Scripted().chat(asked(line, tools=[TOOL], written=raw[:cut])))
    assert raw[:cut] + raw_of(rest) == raw
    assert text_of(whole).endswith(text_of(rest))
    assert end_of(rest).usage == end_of(whole).usage


async def test_what_was_written_must_fit_the_script() -> None:
    with pytest.raises(InvalidRequest):
        await collect(Scripted().chat(asked("hello", written="something else")))


async def test_a_prefill_is_not_said_again() -> None:
    deltas = await collect(Scripted().chat(asked(script(text='{"a": 1}'), prefill='{"a"')))
    assert text_of(deltas) == ": 1}"


async def test_it_fails_where_told_and_then_goes_on() -> None:
    line = script(text="one two three", error_after=2)
    seen: list[Delta] = []
    with pytest.raises(EngineFailed):
        async for delta in flat(Scripted().chat(asked(line))):
            seen.append(delta)
    assert len(seen) == 2
    rest = await collect(Scripted().chat(asked(line, written=raw_of(seen))))
    assert text_of(seen) + text_of(rest) == "one two three"
    with pytest.raises(EngineFailed):
        await collect(
            Scripted().chat(asked(script(text="one two three", error_after=2, error_always=True), written="one two"))
        )
    with pytest.raises(RateLimited):
        await collect(Scripted().chat(asked(script(error_after=0, error="rate_limited"))))


async def test_it_can_hang_and_be_cancelled() -> None:
    seen: list[Delta] = []

    async def read() -> None:
        async for delta in flat(Scripted().chat(asked(script(text="one two three", hang_after=2)))):
            seen.append(delta)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read(), 0.05)
    assert len(seen) == 2


async def test_speed_is_kept() -> None:
    begin = time.monotonic()
    await collect(Scripted().chat(asked(script(text="a b", pieces=11, tokens_per_second=100))))
    assert 0.1 <= time.monotonic() - begin < 1


async def test_a_wrong_script_is_an_error_that_names_the_key() -> None:
    with pytest.raises(InvalidRequest, match="speed"):
        await collect(Scripted().chat(asked(script(speed=3))))


async def test_too_long_a_prompt_is_refused() -> None:
    with pytest.raises(ContextLengthExceeded, match="100"):
        await collect(Scripted(context_length=100).chat(asked("word " * 200)))


async def test_a_json_schema_gets_a_valid_reply() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
    output = OutputFormat("json_schema", schema)
    jsonschema.validate(json.loads(text_of(await collect(Scripted().chat(asked("x", output=output))))), schema)


async def test_complete_continues_raw_text() -> None:
    items = [item async for item in flat(Scripted().complete(CompletionRequest("abc def", Sampling(logprobs=1))))]
    assert "".join(item.text for item in items if isinstance(item, Piece)) == "abc def"
    assert isinstance(items[-1], CompletionEnd)
    assert items[-1].usage.completion_tokens == len(items) - 1


@given(st.text())
async def test_tokens_turn_back_into_the_text(text: str) -> None:
    assert await Scripted().detokenize(await Scripted().tokenize(text)) == text


async def test_embeddings_are_unit_vectors_near_for_shared_words() -> None:
    made = await Scripted().embed(["the red cat", "the red dog", "qqqq zzzz"])
    for vector in made.vectors:
        assert math.isclose(sum(x * x for x in vector), 1, rel_tol=1e-9)
    near, far = (sum(a * b for a, b in zip(made.vectors[0], other, strict=True)) for other in made.vectors[1:])
    assert near > far
    assert len((await Scripted().embed(["x"], 7)).vectors[0]) == 7


async def test_a_text_that_is_too_long_to_embed_is_refused_before_its_tokens_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They take forty times the memory of the text."""
    engine = Scripted(context_length=100)
    made: list[str] = []
    monkeypatch.setattr(engine, "tokenize", made.append)
    with pytest.raises(ContextLengthExceeded) as caught:
        await engine.embed(["word " * 200])
    assert caught.value.param == "input"
    assert made == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 3},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 5, "multipleOf": 3},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        {"type": "integer", "maximum": -4},
        {"enum": ["a", "b"]},
        {"const": {"k": [1]}},
        {"type": ["string", "null"]},
        {
            "anyOf": [{"$ref": "#/$defs/loop"}, {"type": "boolean"}],
            "$defs": {"loop": {"type": "object", "properties": {"x": {"$ref": "#/$defs/loop"}}, "required": ["x"]}},
        },
        {"type": "array", "items": {"type": "object", "properties": {}}, "minItems": 2},
        {
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
                    "required": ["next"],
                }
            },
            "$ref": "#/$defs/node",
        },
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"properties": {"b": {"type": "string"}}, "required": ["b"]},
            ]
        },
    ],
)
def test_examples_satisfy_their_schema(schema: dict[str, Any]) -> None:
    jsonschema.validate(example(schema), schema)


DOUBLING: dict[str, Any] = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(40)}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/loop", "$defs": {"loop": {"$ref": "#/$defs/loop"}}},
        {"$ref": "#/$defs/loop", "$defs": {"loop": {"allOf": [{"$ref": "#/$defs/loop"}]}}},
        {"$ref": "#/$defs/d0", "$defs": DOUBLING | {"d40": {"type": "string"}}},
        {"type": "array", "minItems": 10**12},
        {"type": "array", "items": {"type": "array", "minItems": 9_000}, "minItems": 9_000},
        {"type": "string", "minLength": 10**12},
        {"type": "integer", "multipleOf": 0, "minimum": 1},
        {"type": "object", "required": 3},
        {"allOf": 3},
        {"properties": {"a": None}, "required": ["a"]},
    ],
)
def test_a_schema_without_a_value_or_too_complex_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchema):
        example(schema)
