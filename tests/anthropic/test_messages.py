"""Messages, whole: the official SDK against the scripted model."""

from __future__ import annotations

from typing import Any

import pytest

from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, asked, script

WEATHER: Any = {
    "name": "weather",
    "description": "Tells the weather.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
CLOCK: Any = {"name": "clock", "input_schema": {"type": "object", "properties": {}}}


def test_a_message(client: Anthropic) -> None:
    made = client.messages.create(
        model=MODEL,
        max_tokens=100,
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        messages=asked("Hello there"),
        metadata={"user_id": "somebody"},
        service_tier="auto",
        cache_control={"type": "ephemeral"},
        extra_body={"temperature": 0.5, "top_p": 0.9, "top_k": 40},
    )
    assert made.id.startswith("msg_")
    assert made._request_id
    assert [block.type for block in made.content] == ["text"]
    assert made.content[0].to_dict()["text"] == "You said: Hello there"
    assert (made.stop_reason, made.stop_sequence, made.model, made.role) == ("end_turn", None, MODEL, "assistant")
    counted = client.messages.count_tokens(model=MODEL, system="Be brief.", messages=asked("Hello there"))
    assert made.usage.input_tokens == counted.input_tokens > 0
    assert made.usage.output_tokens == 7


def test_what_the_cache_had_is_counted_apart(client: Anthropic) -> None:
    usage = client.messages.create(model=MODEL, max_tokens=100, messages=script(text="Yes.", cached_tokens=5)).usage
    counted = client.messages.count_tokens(model=MODEL, messages=script(text="Yes.", cached_tokens=5)).input_tokens
    assert usage.cache_read_input_tokens == 5
    assert usage.input_tokens == counted - 5
    assert usage.cache_creation_input_tokens == 0


@pytest.mark.parametrize(
    ("most", "stops", "reason", "sequence"),
    [(100, ["nothing", "sec"], "stop_sequence", "sec"), (2, [], "max_tokens", None), (100, [], "end_turn", None)],
)
def test_why_it_ended(client: Anthropic, most: int, stops: list[str], reason: str, sequence: str | None) -> None:
    made = client.messages.create(
        model=MODEL, max_tokens=most, stop_sequences=stops, messages=script(text="first second third")
    )
    assert (made.stop_reason, made.stop_sequence) == (reason, sequence)


def test_a_refusal_of_the_model_is_one(client: Anthropic) -> None:
    made = client.messages.create(model=MODEL, max_tokens=9, messages=script(text="No.", finish="content_filter"))
    assert made.stop_reason == "refusal"


def test_a_context_that_is_full_is_told_from_a_limit(client: Anthropic) -> None:
    endless = script(text="word ", pieces=40000)
    made = client.messages.create(model=MODEL, max_tokens=40000, messages=endless, timeout=60)
    assert made.stop_reason == "model_context_window_exceeded"


def test_a_reply_goes_on_from_its_beginning(client: Anthropic) -> None:
    turns = [*script(text="The capital is Paris."), {"role": "assistant", "content": "The capital"}]
    made = client.messages.create(model=MODEL, max_tokens=100, messages=turns)
    assert made.content[0].to_dict()["text"] == " is Paris."


def test_structured_output(client: Anthropic) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]}
    made = client.messages.create(
        model=MODEL,
        max_tokens=100,
        messages=asked("Any"),
        output_config={"format": {"type": "json_schema", "schema": schema}, "effort": "low"},
        thinking={"type": "disabled"},
    )
    assert [block.to_dict()["text"] for block in made.content] == ['{"n":3}']


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ({"type": "auto"}, []),
        ({"type": "any"}, ["weather"]),
        ({"type": "tool", "name": "clock", "disable_parallel_tool_use": True}, ["clock"]),
        ({"type": "none"}, []),
    ],
)
def test_choices_of_tools(client: Anthropic, choice: Any, called: list[str]) -> None:
    made = client.messages.create(
        model=MODEL, max_tokens=100, messages=asked("Hello"), tools=[WEATHER, CLOCK], tool_choice=choice
    )
    uses = [block for block in made.content if block.type == "tool_use"]
    assert [use.name for use in uses] == called
    assert made.stop_reason == ("tool_use" if called else "end_turn")


def test_calls_and_their_answers(client: Anthropic) -> None:
    calls = [{"name": "weather", "arguments": {"city": city}} for city in ("Tunis", "Lyon")]
    question = script({"text": "I look.", "tool_calls": calls}, {"text": "Warm in both."})
    made = client.messages.create(model=MODEL, max_tokens=200, messages=question, tools=[WEATHER])
    assert [block.type for block in made.content] == ["text", "tool_use", "tool_use"]
    uses = [block for block in made.content if block.type == "tool_use"]
    assert [use.input for use in uses] == [{"city": "Tunis"}, {"city": "Lyon"}]
    assert uses[0].id != uses[1].id
    results: Any = [
        {"type": "tool_result", "tool_use_id": uses[0].id, "content": "30 degrees"},
        {"type": "tool_result", "tool_use_id": uses[1].id, "is_error": True, "content": [text("No such city")]},
    ]
    turns: Any = [*question, {"role": "assistant", "content": made.content}, {"role": "user", "content": results}]
    after = client.messages.create(model=MODEL, max_tokens=200, messages=turns, tools=[WEATHER])
    assert [block.to_dict()["text"] for block in after.content] == ["Warm in both."]
    # Without a script for it, the model repeats what the tools said.
    turns[0] = {"role": "user", "content": "Hello"}
    after = client.messages.create(model=MODEL, max_tokens=200, messages=turns, tools=[WEATHER])
    assert after.content[0].to_dict()["text"] == "The tools say: 30 degrees; Error: No such city"


def test_documents_are_read(client: Anthropic) -> None:
    document: Any = {
        "type": "document",
        "title": "Rules",
        "source": {"type": "text", "media_type": "text/plain", "data": "Rule 1: be kind."},
    }
    found: Any = {"type": "search_result", "source": "https://a.example", "title": "A", "content": [text("Found.")]}
    made = client.messages.create(
        model=MODEL, max_tokens=500, messages=[{"role": "user", "content": [document, found, text("What rule?")]}]
    )
    said = made.content[0].to_dict()["text"]
    assert "Rules" in str(said)
    assert "Rule 1: be kind." in str(said)
    assert "https://a.example" in str(said)


def test_turns_of_one_role_and_words_in_the_middle(client: Anthropic) -> None:
    turns: Any = [*asked("One"), *asked("Two"), {"role": "system", "content": "Be kind."}, *asked("Three")]
    made = client.messages.create(model=MODEL, max_tokens=100, messages=turns)
    assert made.content[0].to_dict()["text"] == "You said: Three"


def text(said: str) -> Any:
    return {"type": "text", "text": said}
