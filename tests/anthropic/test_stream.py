"""Messages as streams of events."""

from __future__ import annotations

import json
from typing import Any

import pytest

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, script
from tests.anthropic.test_messages import WEATHER


def raw(client: Anthropic, **body: Any) -> list[tuple[str, Any]]:
    """Return the events of a stream as they stand on the wire."""
    with client.messages.with_streaming_response.create(
        model=MODEL, max_tokens=body.pop("max_tokens", 3000), stream=True, **body
    ) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        frames = reply.read().decode().split("\n\n")
    assert frames.pop() == ""
    events: list[tuple[str, Any]] = []
    for frame in frames:
        name, data = frame.split("\n")
        events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def test_the_events_in_their_order(client: Anthropic) -> None:
    question = script(reasoning="Let me see", text="I look.", tool_call={"name": "weather", "arguments": {"city": "X"}})
    events = raw(client, messages=question, tools=[WEATHER])
    assert all(name == data["type"] for name, data in events)
    names = [name for name, _ in events if name != "content_block_delta"]
    block = ["content_block_start", "content_block_stop"]
    assert names == ["message_start", "ping", *block, *block, *block, "message_delta", "message_stop"]
    started = [data for name, data in events if name == "content_block_start"]
    assert [each["content_block"]["type"] for each in started] == ["thinking", "text", "tool_use"]
    assert [each["index"] for each in started] == [0, 1, 2]
    kinds = {(data["index"], data["delta"]["type"]) for name, data in events if name == "content_block_delta"}
    assert kinds == {(0, "thinking_delta"), (0, "signature_delta"), (1, "text_delta"), (2, "input_json_delta")}
    assert events[0][1]["message"]["usage"]["input_tokens"] > 0
    assert events[-2][1]["usage"]["output_tokens"] > 0
    assert events[-2][1]["delta"]["stop_reason"] == "tool_use"


def test_a_stream_says_what_the_whole_says(client: Anthropic) -> None:
    body: Any = {
        "model": MODEL,
        "max_tokens": 3000,
        "messages": script(
            reasoning="Let me see",
            text="I look twice.",
            tool_calls=[{"name": "weather", "arguments": {"city": city}} for city in ("Tunis", "Lyon")],
            cached_tokens=3,
        ),
        "tools": [WEATHER],
    }
    whole = client.messages.create(**body)
    with client.messages.stream(**body) as stream:
        streamed = stream.get_final_message()
    volatile = {"id", "content"}
    assert streamed.to_dict().keys() == whole.to_dict().keys()
    for name in whole.to_dict().keys() - volatile - {"usage"}:
        assert getattr(streamed, name) == getattr(whole, name), name
    assert streamed.usage.input_tokens == whole.usage.input_tokens
    assert streamed.usage.cache_read_input_tokens == whole.usage.cache_read_input_tokens == 3
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    for one, other in zip(streamed.content, whole.content, strict=True):
        assert {**one.to_dict(), "id": ""} == {**other.to_dict(), "id": ""}


def test_a_failure_in_the_middle_is_an_event(client: Anthropic) -> None:
    events = raw(client, messages=script(text="one two three four", error_after=2, error_always=True, error="bug"))
    assert events[-1][0] == "error"
    assert events[-1][1]["error"]["type"] == "api_error"
    assert events[-1][1]["request_id"].startswith("req_")
    overloaded = script(text="one two three four", error_after=2, error_always=True)
    with (
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(model=MODEL, max_tokens=100, messages=overloaded) as stream,
    ):
        stream.get_final_message()
    body: Any = caught.value.body
    assert body["error"]["type"] == "overloaded_error"


def test_a_failure_before_the_first_event_has_its_status(client: Anthropic) -> None:
    with (
        pytest.raises(anthropic.RateLimitError),
        client.messages.stream(
            model=MODEL,
            max_tokens=100,
            messages=script(text="one", error_after=0, error_always=True, error="rate_limited"),
        ),
    ):
        pass
