"""A Response and its events tell the same story, wherever the writing was cut."""

from __future__ import annotations

import json
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from earthshine.engines.deltas import (
    ChatEnd,
    Delta,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from earthshine.engines.requests import Sampling
from earthshine.errors import EngineFailed
from earthshine.responses.reply.events import fold, frame
from earthshine.responses.reply.response_builder import ResponseBuilder, function_call
from earthshine.responses.resource import new_response
from earthshine.responses.schemas import ResponseCreate

STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)

words = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)


@st.composite
def replies(draw: st.DrawFn) -> list[Delta]:
    """Deltas in an order in which a harness may send them."""
    deltas: list[Delta] = []
    for text in draw(st.lists(words, max_size=4)):
        deltas.append(Reasoning(text, raw=text))
    for text in draw(st.lists(words, max_size=6)):
        deltas.append(Text(text, raw=text, logprobs=(TokenLogprob(text, -0.5),)))
    for index in range(draw(st.integers(0, 3))):
        deltas.append(ToolCallStart(index, f"tool_{index}", raw="<call>"))
        deltas.extend(ToolCallArguments(index, text, raw=text) for text in draw(st.lists(words, max_size=3)))
    reason = draw(st.sampled_from(["stop", "length", "tool_calls"]))
    deltas.append(ChatEnd(reason, Usage(3, 1, 5, 2), raw="<end>"))
    return deltas


def response(**body: Any) -> dict[str, Any]:
    full = {"model": "m", "input": "hi", **body}
    return new_response("resp_1", ResponseCreate.model_validate(full), full, Sampling(temperature=1.0, top_p=1.0))


class Recorder:
    """Collects events and what the model wrote."""

    def __init__(self) -> None:
        self.events: list[bytes] = []
        self.raw: list[str] = []

    def __call__(self, event: bytes, raw: str) -> None:
        self.events.append(event)
        self.raw.append(raw)


@given(replies(), st.booleans(), st.booleans())
def test_events_fold_to_the_response_and_satisfy_the_sdk(deltas: list[Delta], summary: bool, logprobs: bool) -> None:
    out = Recorder()
    builder = ResponseBuilder(out, logprobs=logprobs)
    builder.begin(response(reasoning={"summary": "auto"} if summary else {}))
    for delta in deltas:
        builder.feed(delta)
    final = builder.end("completed", usage=Usage(3, 1, 5, 2))
    assert fold(out.events) == final == builder.response
    Response.model_validate(final, strict=False)
    for number, event in enumerate(out.events):
        parsed = orjson.loads(event)
        assert parsed["sequence_number"] == number
        assert event.startswith(b'{"type":"')
        STREAM_EVENT.validate_python(parsed)
        assert frame(event).startswith(b"event: " + parsed["type"].encode() + b"\n")
    text = "".join(delta.text for delta in deltas if isinstance(delta, Text))
    shown = "".join(p["text"] for i in final["output"] if i["type"] == "message" for p in i["content"])
    assert shown == text
    # Nothing that the model wrote is forgotten: it is what a resumed run goes on from.
    assert "".join(out.raw) == "".join(delta.raw for delta in deltas)


@given(replies(), st.data())
def test_a_draft_made_from_stored_events_goes_on_where_they_stop(deltas: list[Delta], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(deltas) - 1))
    whole, first, second = Recorder(), Recorder(), Recorder()
    builder = ResponseBuilder(first)
    builder.begin(response())
    for delta in deltas[:cut]:
        builder.feed(delta)
    resumed = ResponseBuilder(second, first.events)
    assert resumed.response == builder.response
    for delta in deltas[cut:]:
        resumed.feed(delta)
    resumed.end("completed", usage=Usage(1, 0, 1))
    straight = ResponseBuilder(whole)
    straight.begin(response())
    for delta in deltas:
        straight.feed(delta)
    straight.end("completed", usage=Usage(1, 0, 1))
    both = first.events + second.events
    assert [orjson.loads(event)["sequence_number"] for event in both] == list(range(len(both)))
    assert told(both) == told(whole.events)


def told(events: list[bytes]) -> list[tuple[Any, ...]]:
    """The story without the random ids."""
    return [
        (event["type"], event.get("delta"), event.get("output_index"), event.get("arguments"))
        for event in map(orjson.loads, events)
    ]


def test_a_call_cut_by_the_limit_is_incomplete() -> None:
    out = Recorder()
    builder = ResponseBuilder(out)
    builder.begin(response())
    builder.feed(ToolCallStart(0, "f"))
    builder.feed(ToolCallArguments(0, '{"a":'))
    builder.feed(ChatEnd("length", Usage(1, 0, 1)))
    final = builder.end("incomplete", usage=Usage(1, 0, 1), reason="max_output_tokens")
    assert final["output"][0]["status"] == "incomplete"
    assert final["incomplete_details"] == {"reason": "max_output_tokens"}


def test_a_failure_keeps_what_was_written() -> None:
    out = Recorder()
    builder = ResponseBuilder(out)
    builder.begin(response())
    builder.feed(Text("half a sen"))
    final = builder.end("failed", error=EngineFailed("The engine died."))
    assert final["output"][0]["content"][0]["text"] == "half a sen"
    assert final["output"][0]["status"] == "incomplete"
    assert final["error"] == {"code": "server_error", "message": "The engine died."}
    Response.model_validate(final)


def test_a_call_that_was_made_already_leaves_alone_what_the_model_wrote_since() -> None:
    out, more = Recorder(), Recorder()
    builder = ResponseBuilder(out)
    builder.begin(response())
    item = function_call("sell", "call_1")
    builder.call_again(0, item, '{"thing": "lamp"}')
    builder.feed(Text("It is "))
    # The writer is killed; the next one goes through all steps again.
    resumed = ResponseBuilder(more, out.events)
    resumed.call_again(0, item, '{"thing": "lamp"}')
    assert more.events == []
    resumed.feed(Text("sold."))
    call, message = resumed.end("completed", usage=Usage(1, 0, 1))["output"]
    assert (call["arguments"], call["status"]) == ('{"thing": "lamp"}', "completed")
    assert message["content"][0]["text"] == "It is sold."


def code_call(name: str, call_id: str | None) -> dict[str, Any]:
    return {"type": "code_interpreter_call", "call_id": call_id or "call_1", "code": "", "container_id": ""}


@given(st.text(max_size=30), st.integers(1, 5), st.booleans())
def test_code_goes_on_from_what_was_stored_of_it(code: str, size: int, ascii_only: bool) -> None:
    code = code.encode(errors="replace").decode() + "#"
    text = json.dumps({"code": code}, ensure_ascii=ascii_only)
    end = ChatEnd("tool_calls", Usage(1, 0, 1), raw="</call>")
    whole = Recorder()
    builder = ResponseBuilder(whole, open_call=code_call)
    builder.begin(response())
    builder.feed(ToolCallStart(0, "code_interpreter", raw="<call>"))
    for at in range(0, len(text), size):
        builder.feed(ToolCallArguments(0, text[at : at + size], raw=text[at : at + size]))
    builder.feed(end)
    assert builder.output[0]["code"] == code
    assert "".join(event.get("delta", "") for event in map(orjson.loads, whole.events)) == code
    assert "".join(whole.raw) == f"<call>{text}</call>"
    for event in whole.events:
        STREAM_EVENT.validate_python(orjson.loads(event))
    last = orjson.loads(whole.events[-2])["type"] == "response.code_interpreter_call_code.delta" and not whole.raw[-2]
    # What the end brings is emitted, and so stored, together.
    for cut in range(4, len(whole.events) - last):
        resumed = ResponseBuilder(Recorder(), whole.events[:cut], open_call=code_call)
        left = text[len("".join(whole.raw[:cut]).removeprefix("<call>")) :]
        for at in range(0, len(left), size):
            resumed.feed(ToolCallArguments(0, left[at : at + size], raw=left[at : at + size]))
        resumed.feed(end)
        assert resumed.output[0]["code"] == code
