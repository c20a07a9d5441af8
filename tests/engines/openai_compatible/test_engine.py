"""The upstream adapter against a real HTTP server that sends what a test tells it, in whatever pieces."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities
from earthshine.engines.batches import flat
from earthshine.engines.deltas import (
    ChatEnd,
    CompletionEnd,
    Delta,
    Piece,
    Reasoning,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from earthshine.engines.openai_compatible import provide
from earthshine.engines.openai_compatible.engine import OpenAICompatible
from earthshine.engines.openai_compatible.sse import SseReader
from earthshine.engines.requests import ChatRequest, CompletionRequest, OutputFormat, Sampling, ToolChoice
from earthshine.errors import (
    BodyTooLarge,
    EarthshineError,
    InvalidRequest,
    ModelBroken,
    NotFound,
    RateLimited,
    UnsupportedParameter,
    UpstreamFailed,
)
from earthshine.settings import Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ASK = [{"role": "user", "content": "hi"}]


class Upstream:
    """A server whose next answers are handlers; it keeps the bodies that it was sent."""

    def __init__(self) -> None:
        self.handler: Handler
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.gone = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(orjson.loads(await request.read()))
        self.headers.append(request.headers)
        return await self.handler(request)

    def engine(self, **options: Any) -> OpenAICompatible:
        return OpenAICompatible(base_url=self.url, model="big-model", **options)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    fake = Upstream()
    app = web.Application()
    app.router.add_post("/v1/{tail:.*}", fake.answer)
    server = TestServer(app)
    await server.start_server()
    fake.url = str(server.make_url("/v1"))
    yield fake
    await server.close()


def event(value: Any) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else orjson.dumps(value)) + b"\n\n"


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    return event({"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


DONE = event(b"[DONE]")
HELLO = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Hel"}),
    chunk({"content": "lo"}),
    chunk({}, "stop"),
]


def streams(*pieces: bytes, cut: bool = False, pause: float = 0) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await reply.prepare(request)
        for piece in pieces:
            await reply.write(piece)
            await asyncio.sleep(pause)
        if cut:
            assert request.transport is not None
            request.transport.abort()
        return reply

    return handler


def says(status: int, body: Any, **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(status=status, body=raw, headers={"content-type": "application/json", **headers})

    return handler


async def collect(batches: AsyncIterator[Sequence[Delta]]) -> list[Delta]:
    return [delta async for delta in flat(batches)]


async def chat(upstream: Upstream, options: dict[str, Any] | None = None, **fields: Any) -> list[Delta]:
    engine = upstream.engine(**(options or {}))
    try:
        return await collect(engine.chat(ChatRequest(**{"messages": ASK, **fields})))
    finally:
        await engine.close()


async def fails(upstream: Upstream, kind: type[EarthshineError], **fields: Any) -> Any:
    with pytest.raises(kind) as caught:
        await chat(upstream, **fields)
    return caught.value


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


# --- streams ---------------------------------------------------------------------------------------------------------


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


# --- what is sent ----------------------------------------------------------------------------------------------------


TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("f", "g")]


async def test_the_whole_request_is_said(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    sampling = Sampling(0.5, 0.9, 40, 0.1, 0.2, 0.3, 7, {5: -100}, ("END",), 99)
    await chat(
        upstream,
        tools=TOOLS,
        tool_choice=ToolChoice("required", ("g",)),
        parallel_tool_calls=False,
        output=OutputFormat("json_schema", {"type": "object"}, "answer"),
        reasoning_effort="low",
        sampling=sampling,
        extra={"thinking": {"type": "disabled"}, "stream": False},
    )
    body = upstream.bodies[0]
    assert body["stream"] is True
    expected = {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.1,
        "presence_penalty": 0.2,
        "frequency_penalty": 0.3,
        "seed": 7,
        "logit_bias": {"5": -100},
        "stop": ["END"],
        "max_tokens": 99,
        "tools": [TOOLS[1]],
        "tool_choice": {"type": "function", "function": {"name": "g"}},
        "parallel_tool_calls": False,
        "reasoning_effort": "low",
        "thinking": {"type": "disabled"},
    }
    assert {name: body[name] for name in expected} == expected
    assert body["response_format"]["json_schema"] == {"name": "answer", "schema": {"type": "object"}, "strict": True}


@pytest.mark.parametrize(
    ("continues", "message", "fields"),
    [
        ("prefill", {}, {}),
        ("vllm", {}, {"continue_final_message": True, "add_generation_prompt": False}),
        ("prefix", {"prefix": True}, {}),
        ("partial", {"partial": True}, {}),
    ],
)
async def test_going_on_in_each_vendors_way(
    upstream: Upstream, continues: str, message: dict[str, Any], fields: dict[str, Any]
) -> None:
    upstream.handler = streams(*HELLO, DONE)
    await chat(upstream, {"continues": continues}, prefill="Sure: ", written="<think>hm</think>Once")
    expected = {"role": "assistant", "content": "Sure: Once", "reasoning_content": "hm", **message}
    assert upstream.bodies[0]["messages"] == [*ASK, expected]
    assert {name: upstream.bodies[0][name] for name in fields} == fields


async def test_developers_are_called_by_their_old_name(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    await chat(upstream, messages=[{"role": "developer", "content": "be kind"}, *ASK])
    assert upstream.bodies[0]["messages"] == [{"role": "system", "content": "be kind"}, *ASK]


async def test_what_cannot_be_gone_on_with_says_so(upstream: Upstream) -> None:
    await fails(upstream, UnsupportedParameter, prefill="Sure")
    await fails(upstream, UnsupportedParameter, adapters={"a": 1.0})
    await fails(upstream, UnsupportedParameter, options={"continues": "prefill"}, written="text<tool_call>f\n{")
    assert upstream.bodies == []


async def test_thinking_that_was_cut_is_thought_again(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    await chat(upstream, {"continues": "prefill"}, written="<think>half")
    await chat(upstream, {"continues": "prefill"}, written="<think>a</think>On<think>ce</think>ce<think>ha")
    assert upstream.bodies[0]["messages"] == ASK
    assert upstream.bodies[1]["messages"][-1] == {"role": "assistant", "content": "Once", "reasoning_content": "ace"}


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "says_"),
    [
        (400, InvalidRequest, "bad thing"),
        (401, UpstreamFailed, "api_key"),
        (402, UpstreamFailed, "cannot pay"),
        (403, UpstreamFailed, "api_key"),
        (404, NotFound, "big-model"),
        (408, UpstreamFailed, "408"),
        (413, BodyTooLarge, "too large"),
        (422, InvalidRequest, "bad thing"),
        (500, UpstreamFailed, "500"),
        (503, UpstreamFailed, "bad thing"),
    ],
)
async def test_each_status_is_an_error_that_says_what_to_do(
    upstream: Upstream, status: int, kind: type[EarthshineError], says_: str
) -> None:
    upstream.handler = says(status, {"error": {"message": "bad thing", "param": "top_p", "code": "odd"}})
    error = await fails(upstream, kind)
    assert says_ in error.message
    if kind is InvalidRequest:
        assert (error.param, error.code) == ("top_p", "odd")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        *(({"retry-after": "12"}, 12), ({"retry-after-ms": "1500"}, 1.5), ({"retry-after": "soon"}, 1), ({}, 1)),
        *(({"retry-after": value}, 600) for value in ("999999999999", "1e300", "inf", "Fri, 31 Dec 9999 23:59:59 GMT")),
        *(({"retry-after": value}, 1) for value in ("-5", "nan", "-inf", "0", "Thu, 01 Jan 1970 00:00:00 GMT")),
        *(({"retry-after-ms": "nan"}, 1), ({"retry-after-ms": "1e300"}, 600), ({"retry-after-ms": "-1"}, 1)),
    ],
)
async def test_a_limit_passes_on_how_long_to_wait(upstream: Upstream, headers: dict[str, str], seconds: float) -> None:
    upstream.handler = says(429, b"slow down", **headers)
    error = await fails(upstream, RateLimited)
    assert error.retry_after == seconds
    assert "slow down" in error.message


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (streams(chunk({"content": "a"}), cut=True), "broke"),
        (streams(chunk({"content": "a"})), "broke"),
        (streams(event({"error": {"message": "out of memory"}})), "out of memory"),
        (streams(event({"object": "error", "message": "boom", "code": 500})), "boom"),
        (streams(chunk({"content": "a"}), event(b"<html>")), "not JSON"),
        (streams(event(b"[1]")), "no chunk"),
        (streams(chunk({}, "insufficient_system_resource"), DONE), "capacity"),
        (streams(chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]})), "without a name"),
        (says(200, b"<html>", **{"content-type": "text/html"}), "web page"),
    ],
)
async def test_a_broken_stream_is_never_a_complete_reply(upstream: Upstream, handler: Handler, words: str) -> None:
    upstream.handler = handler
    assert words in (await fails(upstream, UpstreamFailed)).message


async def test_a_limit_inside_the_stream(upstream: Upstream) -> None:
    upstream.handler = streams(event({"error": {"message": "slow", "code": 429}}))
    await fails(upstream, RateLimited)


async def test_a_slow_upstream_times_out(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, pause=5)
    error = await fails(upstream, UpstreamFailed, options={"timeout": 0.1})
    assert "timeout" in error.message


async def test_nobody_listens() -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    engine = OpenAICompatible(base_url=f"http://127.0.0.1:{port}/v1", model="m")
    with pytest.raises(UpstreamFailed, match="refuses the connection"):
        await collect(engine.chat(ChatRequest(ASK)))
    await engine.close()


async def test_closing_the_iterator_closes_the_connection(upstream: Upstream) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await reply.prepare(request)
        try:
            while True:
                await reply.write(chunk({"content": "x"}))
                await asyncio.sleep(0.005)
        except (ConnectionError, asyncio.CancelledError):
            upstream.gone.set()
            raise

    upstream.handler = handler
    engine = upstream.engine()
    deltas = flat(engine.chat(ChatRequest(ASK)))
    assert await anext(deltas) == Text("x", "x")
    await deltas.aclose()
    await asyncio.wait_for(upstream.gone.wait(), 2)
    await engine.close()


async def test_connections_are_kept(upstream: Upstream) -> None:
    ports: set[Any] = set()

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return await streams(*HELLO, DONE)(request)

    upstream.handler = handler
    engine = upstream.engine()
    for _ in range(5):
        await collect(engine.chat(ChatRequest(ASK)))
    await engine.close()
    assert len(ports) == 1


# --- the other endpoints ---------------------------------------------------------------------------------------------


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


# --- much of it ------------------------------------------------------------------------------------------------------


def packed(*pieces: bytes) -> Handler:
    """A stream that unpacks to a thousand times of what is sent."""

    async def handler(request: web.Request) -> web.StreamResponse:
        headers = {"content-type": "text/event-stream", "content-encoding": "gzip"}
        reply = web.StreamResponse(headers=headers)
        await reply.prepare(request)
        for piece in pieces:
            await reply.write(piece)
        return reply

    return handler


@pytest.mark.parametrize("filling", [b"x", b"\n"])
async def test_a_packed_flood_is_bounded_and_leaves_the_loop_free(upstream: Upstream, filling: bytes) -> None:
    bomb = gzip.compress(filling * (80 * 2**20 // len(filling)), 1)
    upstream.handler = packed(bomb)
    longest, last = 0.0, time.perf_counter()

    async def watch() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        error = await fails(upstream, UpstreamFailed)
    finally:
        watching.cancel()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert error.code == "upstream_failed"
    assert longest < 0.5, f"the loop stood still for {longest:.2f} s"
    assert grown < 150, f"{grown:.0f} MB more"
    assert upstream.headers[0]["accept-encoding"] == "identity"


async def test_json_of_too_many_values_is_refused_unread(upstream: Upstream) -> None:
    upstream.handler = says(200, b'{"choices":[' + b"[]," * 2_000_000 + b"[]]}")
    assert "more values" in (await fails(upstream, UpstreamFailed)).message


async def test_an_endless_error_is_cut(upstream: Upstream) -> None:
    upstream.handler = says(500, b"x" * 2**22)
    assert len((await fails(upstream, UpstreamFailed)).message) < 1000


async def test_deltas_that_come_together_are_given_together_and_count_when_an_error_follows(upstream: Upstream) -> None:
    upstream.handler = streams(b"".join([*HELLO, DONE]))
    batches = [list(batch) async for batch in upstream.engine().chat(ChatRequest(ASK))]
    assert [[each.text for each in batch if isinstance(each, Text)] for batch in batches] == [["Hel", "lo"], []]
    upstream.handler = streams(b"".join([*HELLO[:2], event(b"{no JSON"), *HELLO[2:], DONE]))
    seen: list[Delta] = []
    with pytest.raises(UpstreamFailed):
        async for batch in upstream.engine().chat(ChatRequest(ASK)):
            seen += batch
    assert [each.text for each in seen if isinstance(each, Text)] == ["Hel"]
