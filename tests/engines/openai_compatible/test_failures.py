"""What goes wrong at an upstream: errors that say what to do, cut streams, and floods that are bounded."""

from __future__ import annotations

import asyncio
import gzip
import resource
import time
from typing import Any

import pytest
from aiohttp import web

from earthshine.engines.deltas import (
    Delta,
    Text,
)
from earthshine.engines.interleave import flat
from earthshine.engines.openai_compatible.engine import OpenAICompatible
from earthshine.engines.requests import ChatRequest
from earthshine.errors import (
    BodyTooLarge,
    EarthshineError,
    InvalidRequest,
    NotFound,
    RateLimited,
    UpstreamFailed,
)
from tests.engines.openai_compatible.upstream import (
    ASK,
    DONE,
    HELLO,
    Handler,
    Upstream,
    chunk,
    collect,
    event,
    fails,
    says,
    streams,
)
from tests.patience import PATIENCE


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
    await asyncio.wait_for(upstream.gone.wait(), PATIENCE)
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
