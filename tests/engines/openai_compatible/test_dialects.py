"""What upstreams send in whatever types and order: understood, or the upstream's error, and never free of charge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.engines.deltas import ChatEnd, Delta, Reasoning, Text, ToolCallArguments, ToolCallStart, Usage
from earthshine.engines.openai_compatible.chunks import ChunkReader
from earthshine.engines.openai_compatible.sse import SseReader
from earthshine.engines.openai_compatible.texts import TextReader, read_embeddings
from earthshine.engines.openai_fields import show_usage
from earthshine.engines.requests import ChatRequest, CompletionRequest, Message, Sampling
from earthshine.errors import EarthshineError, RateLimited, UpstreamFailed

ASK: list[Message] = [{"role": "user", "content": "hi"}]
USAGE = {"prompt_tokens": 5, "completion_tokens": 2}
Json = dict[str, Any]


def delta(fields: Json, finish: str | None = None, **more: Any) -> Json:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}], **more}


def call(index: Any, id_: Any, name: Any, arguments: Any) -> Json:
    one = {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
    return delta({"tool_calls": [one]})


def read(*chunks: Json, messages: Sequence[Message] = ASK, logprobs: int | None = None) -> list[Delta]:
    reader = ChunkReader(ChatRequest(messages, sampling=Sampling(logprobs=logprobs)))
    found: list[Delta] = []
    for one in chunks:
        reader.read([orjson.dumps(one)], found)
    return [*found, *reader.finish(done=True)]


def calls_of(deltas: list[Delta]) -> list[tuple[str, str, str | None]]:
    """Return name, arguments and id of each call; the pieces of one must follow its start without another between."""
    order = [each.index for each in deltas if isinstance(each, ToolCallStart | ToolCallArguments)]
    assert [index for index, _ in groupby(order)] == sorted(set(order))
    starts = [each for each in deltas if isinstance(each, ToolCallStart)]
    texts = ["" for _ in starts]
    for each in deltas:
        if isinstance(each, ToolCallArguments):
            texts[each.index] += each.text
    return [(start.name, text, start.id) for start, text in zip(starts, texts, strict=True)]


def end_of(deltas: list[Delta]) -> ChatEnd:
    end = deltas[-1]
    assert isinstance(end, ChatEnd)
    return end


# --- tool calls ------------------------------------------------------------------------------------------------------

F1, G2 = ("f", '{"x":1}', "a"), ("g", '{"x":2}', "b")


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([call(0, "a", "f", '{"x":1}'), call(0, "b", "g", '{"x":2}')], [F1, G2]),
        ([call(0, "a", "f", '{"x"'), call(0, None, None, ":1}"), call(0, "b", "g", '{"x":2}')], [F1, G2]),
        ([call(0, "a", "f", '{"x"'), call(0, "a", "f", ":1}")], [F1]),
        ([call(0, "a", "f", '{"x":1}'), call(0, "a", "f", '{"x":1}')], [F1]),
        ([call(0, "", "f", '{"x":1}'), call(0, "", "f", '{"x":2}')], [("f", '{"x":1}', None), ("f", '{"x":2}', None)]),
        ([call(0, "a", "f", '{"x":1}'), call(0, "a", "g", '{"x":2}')], [F1, ("g", '{"x":2}', None)]),
        ([call(None, "a", "f", '{"x":1}'), call(None, "b", "g", '{"x":2}')], [F1, G2]),
        ([call(None, None, "f", '{"x"'), call(None, None, None, ":1}")], [("f", '{"x":1}', None)]),
        ([call(None, None, "f", "{}"), call(None, None, "g", "{}")], [("f", "{}", None), ("g", "{}", None)]),
        ([call(1, "a", "f", {"x": 1}), call(2, "b", "g", '{"x":2}')], [F1, G2]),
        ([call(0, "a", "f", None), call(1, 7, "g", "")], [("f", "{}", "a"), ("g", "{}", "7")]),
        (
            [call(0, "a", "f", '{"x"'), call(1, "b", "g", '{"x"'), call(0, None, None, ":1}"), call(1, "", "", ":2}")],
            [F1, G2],
        ),
        ([delta({"function_call": {"name": "f", "arguments": '{"x":1}'}})], [("f", '{"x":1}', None)]),
        ([call(0, "a" * 65, "f", '{"x":1}')], [("f", '{"x":1}', None)]),
    ],
)
def test_calls_however_they_are_numbered(pieces: list[Json], expected: list[tuple[str, str, str | None]]) -> None:
    deltas = read(*pieces)
    assert calls_of(deltas) == expected
    assert end_of(deltas).reason == "tool_calls"


def test_calls_of_a_whole_message_are_as_many_as_there_are() -> None:
    one = {"function": {"name": "f", "arguments": {"x": 1}}}
    whole = {"choices": [{"message": {"content": None, "tool_calls": [one, one]}, "finish_reason": "stop"}]}
    assert calls_of(read(whole)) == [("f", '{"x":1}', None)] * 2


def test_an_id_of_an_earlier_turn_is_not_given_again() -> None:
    earlier = [*ASK, {"role": "assistant", "tool_calls": [{"id": "a"}]}, {"role": "tool", "tool_call_id": "a"}]
    assert calls_of(read(call(0, "a", "f", "{}"), messages=earlier)) == [("f", "{}", None)]


# --- contents --------------------------------------------------------------------------------------------------------


def told(deltas: list[Delta]) -> tuple[str, str]:
    thoughts = "".join(each.text for each in deltas if isinstance(each, Reasoning))
    return thoughts, "".join(each.text for each in deltas if isinstance(each, Text))


THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Okay"}]}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"content": [THINKING]}, ("Okay", "")),
        ({"content": [THINKING, {"type": "text", "text": "Hi"}, "!"]}, ("Okay", "Hi!")),
        ({"content": {"type": "text", "text": "Hi"}}, ("", "Hi")),
        ({"reasoning_content": ["Ok", {"text": "ay"}], "content": "Hi"}, ("Okay", "Hi")),
        ({"reasoning": {"content": "Okay"}, "content": None}, ("Okay", "")),
        ({"content": None, "refusal": "No"}, ("", "No")),
        ({"content": []}, ("", "")),
    ],
)
def test_contents_of_parts(fields: Json, expected: tuple[str, str]) -> None:
    assert told(read(delta(fields))) == expected
    assert told(read({"choices": [{"message": fields, "finish_reason": "stop"}]})) == expected


def test_a_message_at_the_end_of_a_stream_is_not_said_twice() -> None:
    last = {"choices": [{"message": {"content": "Hi"}, "delta": {}, "finish_reason": "stop"}]}
    assert told(read(delta({"content": "H"}), delta({"content": "i"}), last)) == ("", "Hi")


def test_parts_without_words_are_passed_on() -> None:
    part = {"type": "reference", "reference_ids": [1]}
    deltas = read(delta({"content": ["a", part]}), delta({"content": [part], "tags": "x"}), delta({"tags": "y"}))
    assert end_of(deltas).vendor_message == {"content_parts": [part, part], "tags": "xy"}


# --- any JSON at all -------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
PART = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("type", "text", "thinking", "reasoning", "content", "summary", "x"), JSON)
)
TEXTS = JSON | st.lists(PART | JSON, max_size=3) | PART
FUNCTION = st.fixed_dictionaries({}, optional={"name": st.sampled_from(["f", ""]) | JSON, "arguments": JSON})
CALL = st.fixed_dictionaries({}, optional={"index": JSON, "id": JSON, "type": JSON, "function": FUNCTION | JSON})
CHANCE = st.fixed_dictionaries({}, optional={"token": JSON, "logprob": JSON, "top_logprobs": JSON})
CHANCES = st.fixed_dictionaries(
    {}, optional={name: st.lists(CHANCE, max_size=2) | JSON for name in ("content", "tokens", "token_logprobs")}
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("content", "reasoning_content", "reasoning"), TEXTS),
        **dict.fromkeys(("role", "refusal", "function_call", "annotations", "audio", "own"), JSON),
        "tool_calls": JSON | st.lists(CALL | JSON, max_size=3),
    },
)
CHOICE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("delta", "message"), MESSAGE | JSON),
        **dict.fromkeys(("finish_reason", "usage", "text", "own"), JSON),
        "logprobs": CHANCES | JSON,
    },
)
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "completion_tokens_details")
REPORTED = st.fixed_dictionaries({}, optional=dict.fromkeys(COUNTS, JSON)) | JSON
CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICE | JSON, max_size=2) | JSON,
        "usage": REPORTED,
        **dict.fromkeys(("id", "error", "object", "own"), JSON),
    },
)


@pytest.mark.parametrize("more", [{}, {"finish_reason": None}, {"logprobs": None, "index": 3}, {"finish_reason": ""}])
def test_a_plain_piece_of_text_is_read_as_any_other_chunk(more: Json) -> None:
    plain = {"choices": [{"delta": {"content": "سلام"}, **more}]}
    # A field beside the text takes the long way.
    assert read(plain)[:-1] == read({"choices": [{"delta": {"content": "سلام", "role": "assistant"}, **more}]})[:-1]
    assert end_of(read(plain, plain)).usage.completion_tokens == 4


@pytest.mark.parametrize(
    ("chunk", "said"),
    [
        ({"choices": [{"delta": {"content": "x"}, "finish_reason": 7}]}, None),
        ({"choices": [{"delta": {"content": "x"}, "finish_reason": "length"}]}, "length"),
        ({"choices": {"delta": {"content": "x"}}}, None),
        ({"choices": [{"delta": {"content": "x"}}], "error": {"message": "no"}}, None),
    ],
)
def test_a_piece_of_text_hides_nothing_beside_it(chunk: Json, said: str | None) -> None:
    if said is None:
        with pytest.raises(UpstreamFailed):
            read(chunk)
    else:
        assert end_of(read(chunk)).reason == said


@given(chunks=st.lists(CHUNK | JSON, min_size=1, max_size=4))
def test_any_json_is_understood_or_the_upstreams_error(chunks: list[Any]) -> None:
    reader = ChunkReader(ChatRequest(ASK, sampling=Sampling(logprobs=2)))
    deltas: list[Delta] = []
    try:
        for chunk in chunks:
            reader.read([orjson.dumps(chunk)], deltas)
        deltas += reader.finish(done=True)
    except (UpstreamFailed, RateLimited) as error:
        orjson.dumps(error.body())
        return
    end = end_of(deltas)
    calls_of(deltas)
    for each in deltas[:-1]:
        assert not isinstance(each, ChatEnd)
        assert isinstance(each.name if isinstance(each, ToolCallStart) else each.text, str)
    assert end.usage.prompt_tokens > 0
    assert end.usage.completion_tokens > 0 or not deltas[:-1]
    orjson.dumps([end.vendor, end.vendor_choice, end.vendor_message, show_usage(end.usage, end.vendor_usage)])


@given(chunk=CHUNK | JSON, vectors=st.lists(st.fixed_dictionaries({"embedding": JSON, "index": JSON})) | JSON)
def test_so_is_any_json_of_the_other_endpoints(chunk: Any, vectors: Any) -> None:
    reader = TextReader(CompletionRequest("once", Sampling(logprobs=1)))
    with_errors: list[EarthshineError] = []
    try:
        for piece in reader.read(orjson.dumps(chunk)):
            assert isinstance(piece.text, str)
        assert reader.end(done=True).usage.prompt_tokens > 0
    except (UpstreamFailed, RateLimited) as error:
        with_errors.append(error)
    with pytest.raises(UpstreamFailed):
        read_embeddings(orjson.dumps({"data": vectors}), ["a", "b", "c", "d"])
    orjson.dumps([error.body() for error in with_errors])


def test_json_too_deep_to_write_again_is_the_upstreams_error() -> None:
    deep = b'{"choices":[{"delta":{"own":' + b"[" * 500 + b"]" * 500 + b"}}]}"
    with pytest.raises(UpstreamFailed, match="too deep"):
        ChunkReader(ChatRequest(ASK)).read([deep], [])


# --- usage -----------------------------------------------------------------------------------------------------------

NONSENSE = [None, {}, [], 5, "12", {"prompt_tokens": -1, "completion_tokens": 1e30}, {"prompt_tokens": True}]


@pytest.mark.parametrize("usage", [*NONSENSE, {"prompt_tokens": "5", "completion_tokens": 0}, {"total_tokens": 9}])
def test_what_is_not_counted_is_estimated(usage: Any) -> None:
    long = [{"role": "user", "content": "word " * 800}]
    counted = end_of(
        read(delta({"content": "Hi"}), delta({"content": " you"}, "stop", usage=usage), messages=long)
    ).usage
    assert counted.estimated
    assert 1000 < counted.prompt_tokens < 1100
    assert counted.completion_tokens == 2
    assert show_usage(counted)["earthshine"] == {"estimated": True}


def test_one_count_alone_is_taken_and_the_other_estimated() -> None:
    said = delta({"content": "word " * 100}, "stop")
    assert end_of(read(said, {"usage": {"prompt_tokens": 7}})).usage == Usage(7, 0, 125, 0, estimated=True)
    assert end_of(read(said, {"usage": {"completion_tokens": 90}})).usage.completion_tokens == 90


def test_counts_that_are_there_are_taken_as_they_are() -> None:
    usage = end_of(read(delta({"content": "Hi"}, "stop"), {"usage": USAGE})).usage
    assert usage == Usage(5, 0, 2)
    assert "earthshine" not in show_usage(usage)


def test_the_other_endpoints_are_estimated_too() -> None:
    reader = TextReader(CompletionRequest("word " * 40))
    list(reader.read(orjson.dumps({"choices": [{"text": "x" * 40, "finish_reason": "stop"}]})))
    assert reader.end(done=True).usage == Usage(50, 0, 10, estimated=True)
    made = read_embeddings(b'{"data":[{"embedding":[1,0]}],"usage":{"prompt_tokens":0}}', ["word " * 40])
    assert (made.prompt_tokens, made.estimated) == (50, True)


def test_vectors_in_any_form_stand_in_the_order_of_the_inputs() -> None:
    packed = "AACAPwAAAAA="  # 1, 0 as 32-bit floats
    data = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": packed}]
    made = read_embeddings(orjson.dumps({"data": data}), ["a", "b"])
    assert [list(vector) for vector in made.vectors] == [[1.0, 0.0], [0.0, 1.0]]
    for wrong in ([[1], [1, 2]], [["x"], [1]], [[None], [1]], [[], []], ["!", "?"], [[1.7e308, 1.7e308], [1, 1]]):
        with pytest.raises(UpstreamFailed):
            read_embeddings(orjson.dumps({"data": [{"embedding": each} for each in wrong]}), ["a", "b"])


# --- events ----------------------------------------------------------------------------------------------------------


def test_several_objects_in_one_event_are_several_and_one_in_several_lines_is_one() -> None:
    reader = SseReader()
    assert reader.feed(b'data: {"a":1}\r\ndata: {"b":2}\r\ndata: [DONE]\r\n\r\n') == [b'{"a":1}', b'{"b":2}', b"[DONE]"]
    assert [orjson.loads(each) for each in reader.feed(b'data: {"a":\ndata: 1}\n\n')] == [{"a": 1}]


def test_an_event_is_bounded_however_many_lines_it_has() -> None:
    reader = SseReader()
    with pytest.raises(UpstreamFailed, match="MiB"):
        for _ in range(64):
            reader.feed(b"data: " + b"x" * 2**20 + b"\n")
    reader = SseReader()
    with pytest.raises(UpstreamFailed, match="MiB"):
        for _ in range(64):
            reader.feed(b"x" * 2**20)
