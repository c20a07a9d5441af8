"""Streams of events: their order, their numbers, and what they add up to."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from openai import OpenAI
from pydantic import BaseModel

from tests.responses.clients import LOOK_UP, MODEL, script, sync_client
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def stream(client: OpenAI, said: str, **more: Any) -> list[Any]:
    with client.responses.create(model=MODEL, input=said, stream=True, **more) as events:
        return list(events)


def order(events: list[Any]) -> list[str]:
    """The types of events without `response.`, deltas in a row told once."""
    names = [event.type.removeprefix("response.") for event in events]
    return [name for i, name in enumerate(names) if not (name.endswith("delta") and i and names[i - 1] == name)]


MESSAGE = [
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
]
THINKING = [
    "output_item.added",
    "content_part.added",
    "reasoning_text.delta",
    "reasoning_text.done",
    "content_part.done",
    "output_item.done",
]
SUMMARY = [
    "output_item.added",
    "reasoning_summary_part.added",
    "reasoning_summary_text.delta",
    "reasoning_summary_text.done",
    "reasoning_summary_part.done",
    "output_item.done",
]
CALL = ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"]


@pytest.mark.parametrize(
    ("said", "more", "middle"),
    [
        (script(text="one two three"), {}, MESSAGE),
        (script(reasoning="so so", text="one two"), {}, THINKING + MESSAGE),
        (script(reasoning="so so", text="one"), {"reasoning": {"summary": "auto"}}, SUMMARY + MESSAGE),
        (script(tool_call={"name": "look_up", "arguments": {"word": "x"}}), {"tools": [LOOK_UP]}, CALL),
        (
            script(text="Wait.", tool_calls=[{"name": "look_up", "arguments": {"word": w}} for w in "ab"]),
            {"tools": [LOOK_UP]},
            MESSAGE + CALL + CALL,
        ),
    ],
    ids=["message", "thinking", "summary", "call", "message and two calls"],
)
@pytest.mark.parametrize("background", [False, True])
def test_the_order_of_events(
    background: bool, said: str, more: dict[str, Any], middle: list[str], client: OpenAI
) -> None:
    events = stream(client, said, background=background, **more)
    opening = ["created", "queued", "in_progress"] if background else ["created", "in_progress"]
    assert order(events) == [*opening, *middle, "completed"]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    final = events[-1].response
    assert final == client.responses.retrieve(final.id)
    # Each item's last event is the item; each text's last event is its deltas joined.
    assert [event.item for event in events if event.type == "response.output_item.done"] == final.output
    for index, item in enumerate(final.output):
        mine = [event for event in events if getattr(event, "output_index", None) == index]
        deltas = "".join(event.delta for event in mine if event.type.endswith("delta"))
        (done,) = [e for e in mine if e.type.endswith(("text.done", "arguments.done"))]
        assert deltas == getattr(done, "text", None) or deltas == done.arguments
        assert {getattr(event, "item_id", None) or event.item.id for event in mine} == {item.id}


def test_how_a_stream_ends_otherwise(client: OpenAI) -> None:
    cut = stream(client, script(text="one two three"), max_output_tokens=1)
    assert order(cut)[-2:] == ["output_item.done", "incomplete"]
    assert cut[-1].response.incomplete_details.reason == "max_output_tokens"
    failed = stream(client, script(text="one two three", error_after=2, error_always=True, error="upstream_failed"))
    assert order(failed)[-2:] == ["output_item.done", "failed"]
    assert failed[-1].response.error.code == "server_error"
    assert failed[-1].response.output_text == "one two"
    assert client.responses.retrieve(failed[-1].response.id) == failed[-1].response


def test_log_probabilities_come_with_the_deltas(client: OpenAI) -> None:
    events = stream(client, script(text="one two"), include=["message.output_text.logprobs"], top_logprobs=1)
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert all(delta.logprobs[0].token == delta.delta for delta in deltas)


def test_padding_hides_lengths_only_where_asked_for(client: OpenAI) -> None:
    # A schema with a property called `delta` must not be taken for a delta.
    tool = {**LOOK_UP, "strict": False, "parameters": {"type": "object", "properties": {"delta": {"type": "string"}}}}
    padded = stream(
        client,
        script(text="one two " * 20),
        stream_options={"include_obfuscation": True},
        tools=[tool],
        metadata={"delta": "x"},
    )
    lengths = set()
    for event in padded:
        padding = event.to_dict().get("obfuscation")
        assert bool(padding) == event.type.endswith(".delta")
        lengths.add(len(padding or ""))
    assert len(lengths) > 3
    response_id = padded[-1].response.id
    with client.responses.retrieve(response_id, stream=True) as events:
        assert not any("obfuscation" in event.to_dict() for event in events)
    with client.responses.retrieve(response_id, stream=True, include_obfuscation=True) as events:
        assert any("obfuscation" in event.to_dict() for event in events)


class Moon(BaseModel):
    name: str


def test_the_helper_of_the_sdk(client: OpenAI) -> None:
    with client.responses.stream(model=MODEL, input="The moon?", text_format=Moon) as helper:
        kinds = {event.type for event in helper}
        final = helper.get_final_response()
    assert "response.output_text.delta" in kinds
    assert isinstance(final.output_parsed, Moon)
    with client.responses.stream(response_id=final.id, starting_after=3) as helper:
        assert helper.get_final_response().output_text == final.output_text


def test_the_wire_is_server_sent_events(client: OpenAI) -> None:
    with client.responses.with_streaming_response.create(model=MODEL, input="Hello.", stream=True) as raw:
        assert raw.headers["content-type"].startswith("text/event-stream")
        assert raw.headers["cache-control"] == "no-store"
        assert "content-length" not in raw.headers
        assert raw.headers["x-request-id"].startswith("req_")
        frames = b"".join(raw.iter_bytes()).split(b"\n\n")
    assert frames[-2:] == [b"data: [DONE]", b""]
    for frame in frames[:-2]:
        name, data = frame.split(b"\n")
        assert data.startswith(b'data: {"type":"' + name.removeprefix(b"event: ") + b'",')
