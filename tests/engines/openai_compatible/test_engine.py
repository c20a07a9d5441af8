"""What the adapter reads of an upstream: streams in whatever pieces, and the other endpoints."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities
from earthshine.engines.deltas import (
    ChatEnd,
    CompletionEnd,
    Piece,
    Reasoning,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from earthshine.engines.interleave import flat
from earthshine.engines.openai_compatible import provide
from earthshine.engines.openai_compatible.sse import SseReader
from earthshine.engines.requests import ChatRequest, CompletionRequest, Sampling
from earthshine.errors import (
    ModelBroken,
    UnsupportedParameter,
    UpstreamFailed,
)
from earthshine.settings import Settings
from tests.engines.openai_compatible.upstream import (
    ASK,
    DONE,
    HELLO,
    Upstream,
    chat,
    chunk,
    collect,
    event,
    says,
    streams,
    text_of,
)


async def test_text_usage_and_key(upstream: Upstream) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 1}}
    upstream.handler = streams(*HELLO, event({"choices": [], "usage": usage}), DONE)
    deltas = await chat(upstream, {"api_key": "sk-up"})
    assert deltas == [Text("Hel", "Hel"), Text("lo", "lo"), ChatEnd("stop", Usage(9, 0, 2, 1))]
    assert upstream.headers[0]["authorization"] == "Bearer sk-up"
    assert upstream.bodies[0] == {
        "model": "big-model",
        "messages": ASK,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cut_of_the_bytes_gives_the_same_events(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.text(min_size=1), min_size=1, max_size=8))
    newline = data.draw(st.sampled_from([b"\n", b"\r\n"]))
    stream = b""
    for text in texts:
        if data.draw(st.booleans()):
            stream += b": keep-alive" + newline + newline
        if data.draw(st.booleans()):
            stream += b"event: message" + newline + b"id: 7" + newline
        stream += b"data: " + orjson.dumps({"t": text}) + newline + newline
    stream = stream if data.draw(st.booleans()) else stream.rstrip(newline)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    reader, events = SseReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += reader.feed(stream[start:end])
    events += reader.end()
    assert [orjson.loads(item)["t"] for item in events] == texts


def test_lines_may_end_with_cr_alone_and_data_may_span_lines() -> None:
    reader = SseReader()
    assert reader.feed(b"data: a\r\rdata: b\rdata:c\r\r") + reader.end() == [b"a", b"b\nc"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 400), max_size=12))
async def test_a_reply_over_the_wire_in_random_pieces(upstream: Upstream, cuts: list[int]) -> None:
    said = ["Здравей ", "مرحبا ", "你好 ", "\r\n\u2028 end"]
    stream = b"".join([*(chunk({"content": text}) for text in said), chunk({}, "stop"), DONE])
    edges = [0, *sorted({cut for cut in cuts if cut < len(stream)}), len(stream)]
    upstream.handler = streams(*(stream[a:b] for a, b in pairwise(edges)))
    assert text_of(await chat(upstream)) == "".join(said)


async def test_a_missing_done_is_forgiven_after_a_finish_reason(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO)
    assert text_of(await chat(upstream)) == "Hello"


async def test_an_upstream_that_does_not_stream(upstream: Upstream) -> None:
    message = {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}
    upstream.handler = says(
        200,
        {
            "choices": [{"message": message, "finish_reason": "length"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2},
        },
    )
    deltas = await chat(upstream)
    assert text_of(deltas) == "Hello"
    assert deltas[-1] == ChatEnd("length", Usage(3, 0, 2))


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens_details": {"cached_tokens": 64}},
        {"prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 6},
        {"cached_tokens": 64},
    ],
)
async def test_cached_tokens_under_every_name(upstream: Upstream, usage: dict[str, Any]) -> None:
    counted = {"prompt_tokens": 70, "completion_tokens": 1, **usage}
    upstream.handler = streams(*HELLO, event({"choices": [], "usage": counted}), DONE)
    end = (await chat(upstream))[-1]
    assert isinstance(end, ChatEnd)
    assert end.usage == Usage(70, 64, 1)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_under_both_names_is_marked_in_raw(upstream: Upstream, field: str) -> None:
    upstream.handler = streams(chunk({field: "two "}), chunk({field: "and two"}), chunk({"content": "4"}, "stop"), DONE)
    deltas = await chat(upstream)
    assert deltas[:3] == [Reasoning("two ", "<think>two "), Reasoning("and two", "and two"), Text("4", "</think>4")]


async def test_tool_calls_numbered_or_not(upstream: Upstream) -> None:
    first = {"index": 3, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    upstream.handler = streams(
        chunk({"tool_calls": [first]}),
        chunk({"tool_calls": [{"index": 3, "function": {"arguments": '{"x"'}}]}),
        chunk({"tool_calls": [{"index": 3, "function": {"arguments": ":1}"}}]}),
        chunk({"tool_calls": [{"id": "b", "function": {"name": "g", "arguments": {"y": 2}}}]}),
        chunk({}, "stop"),
        DONE,
    )
    deltas = await chat(upstream)
    starts = [(d.index, d.name, d.id) for d in deltas if isinstance(d, ToolCallStart)]
    assert starts == [(0, "f", "a"), (1, "g", "b")]
    joined = {0: "", 1: ""}
    for delta in deltas:
        if isinstance(delta, ToolCallArguments):
            joined[delta.index] += delta.text
    assert [json.loads(text) for text in joined.values()] == [{"x": 1}, {"y": 2}]
    assert isinstance(deltas[-1], ChatEnd)
    assert deltas[-1].reason == "tool_calls"


async def test_logprobs_and_foreign_fields(upstream: Upstream) -> None:
    logprobs = {
        "content": [{"token": "4", "logprob": -0.5, "bytes": [52], "top_logprobs": [{"token": "5", "logprob": -1.5}]}]
    }
    choice = {"delta": {"content": "4"}, "finish_reason": "stop", "logprobs": logprobs}
    upstream.handler = streams(event({"choices": [choice], "citations": ["https://a.example"]}), DONE)
    text, end = await chat(upstream, sampling=Sampling(logprobs=1))
    assert isinstance(text, Text)
    assert (text.logprobs[0].logprob, text.logprobs[0].top[0].token) == (-0.5, "5")
    assert isinstance(end, ChatEnd)
    assert end.vendor == {"citations": ["https://a.example"]}
    assert upstream.bodies[0]["top_logprobs"] == 1


async def test_raw_completions(upstream: Upstream) -> None:
    logprobs = {"tokens": ["a"], "token_logprobs": [-0.25], "top_logprobs": [{"a": -0.25, "b": -2.0}]}
    upstream.handler = streams(
        event({"choices": [{"text": "a", "logprobs": logprobs}]}),
        event(
            {
                "choices": [{"text": "b", "finish_reason": "length"}],
                "usage": {"prompt_tokens": 2, "completion_tokens": 2},
            }
        ),
        DONE,
    )
    engine = upstream.engine()
    items = [
        each async for each in flat(engine.complete(CompletionRequest((1, 2), Sampling(max_tokens=2, logprobs=2))))
    ]
    await engine.close()
    assert isinstance(items[0], Piece)
    assert items[0].logprobs[0].top[1].token == "b"
    assert items[-1] == CompletionEnd("length", Usage(2, 0, 2))
    assert upstream.bodies[0]["prompt"] == [1, 2]


async def test_embeddings_come_in_order_and_have_length_one(upstream: Upstream) -> None:
    data = [{"index": 1, "embedding": [0.0, 2.0]}, {"index": 0, "embedding": [1.0, 0.0]}]
    upstream.handler = says(200, {"data": data, "usage": {"prompt_tokens": 5}})
    engine = upstream.engine(capabilities=Capabilities(embed=True))
    made = await engine.embed(["a", "b"], 2)
    assert (list(made.vectors), made.prompt_tokens) == ([[1.0, 0.0], [0.0, 1.0]], 5)
    with pytest.raises(UpstreamFailed, match="2 vectors for 1"):
        await engine.embed(["a"])
    await engine.close()
    with pytest.raises(UnsupportedParameter):
        await upstream.engine().embed(["a"])


async def test_the_factory_reads_the_card(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    card = Card(
        name="kimi",
        engine="openai_compatible",
        abilities=frozenset({"chat", "vision"}),
        context_length=1000,
        options={"base_url": upstream.url + "/", "model": "kimi-k3", "continues": "partial", "timeout": 5},
    )
    engine = await provide()(card, Settings())
    assert engine.capabilities.images
    assert engine.capabilities.continues
    assert engine.capabilities.context_length == 1000
    await collect(engine.chat(ChatRequest(ASK)))
    assert upstream.bodies[0]["model"] == "kimi-k3"
    await engine.close()
    with pytest.raises(ModelBroken):
        await provide()(Card(name="x"), Settings())
