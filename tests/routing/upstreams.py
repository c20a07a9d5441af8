"""Upstreams on loopback that do what a test tells them: answer, refuse, hang, break off, or babble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[["Upstream", web.Request], Awaitable[web.StreamResponse]]


class Upstream:
    """One server. `answers` are used up in order, then `answer` serves."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.url = ""
        self.answer: Answer = says(f"I am {name}")
        self.answers: list[Answer] = []
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.listed = 0
        self.models: Answer | None = None

    async def post(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(orjson.loads(await request.read()))
        self.keys.append(request.headers.get("authorization", ""))
        answer = self.answers.pop(0) if self.answers else self.answer
        return await answer(self, request)

    async def get(self, request: web.Request) -> web.StreamResponse:
        self.listed += 1
        if self.models is not None:
            return await self.models(self, request)
        return web.json_response({"object": "list", "data": [{"id": "big"}]})


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + orjson.dumps({"id": "x", "choices": [choice], **more}) + b"\n\n"


USAGE = {"prompt_tokens": 7, "completion_tokens": 2}


async def begin(request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await reply.prepare(request)
    return reply


def says(*words: str, pause: float = 0.0, before: float = 0.0) -> Answer:
    async def answer(_: Upstream, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(before)
        if request.path.endswith("/embeddings"):
            return web.json_response({"data": [{"index": 0, "embedding": [1.0, 0.0]}], "usage": USAGE})
        reply = await begin(request)
        for word in words:
            await reply.write(chunk({"content": word}))
            if pause:
                await asyncio.sleep(pause)
        await reply.write(chunk({}, "stop", usage=USAGE) + b"data: [DONE]\n\n")
        return reply

    return answer


def status(code: int, message: str = "no", **headers: str) -> Answer:
    async def answer(_: Upstream, request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": message}}, status=code, headers=headers)

    return answer


def refuses(code: int, error: dict[str, Any]) -> Answer:
    async def answer(_: Upstream, request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": error}, status=code)

    return answer


async def hangs(_: Upstream, request: web.Request) -> web.StreamResponse:
    """Nothing comes, not even headers."""
    await asyncio.sleep(3600)
    raise AssertionError


async def drops(_: Upstream, request: web.Request) -> web.StreamResponse:
    """The connection is closed before anything comes."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def breaks_off(_: Upstream, request: web.Request) -> web.StreamResponse:
    """The stream is cut after a word."""
    reply = await begin(request)
    await reply.write(chunk({"content": "Hal"}))
    await asyncio.sleep(0.02)
    assert request.transport is not None
    request.transport.abort()
    return reply


async def babbles(_: Upstream, request: web.Request) -> web.StreamResponse:
    """A stream of something that is not the protocol."""
    reply = await begin(request)
    await reply.write(b"data: {{{ this is no JSON\n\n")
    return reply


@asynccontextmanager
async def upstreams(*names: str) -> AsyncIterator[list[Upstream]]:
    """Run some upstreams."""
    async with AsyncExitStack() as stack:
        running: list[Upstream] = []
        for name in names:
            upstream = Upstream(name)
            app = web.Application()
            app.router.add_post("/v1/{tail:.*}", upstream.post)
            app.router.add_get("/v1/models", upstream.get)
            server = TestServer(app)
            await server.start_server(shutdown_timeout=0.1)
            stack.push_async_callback(server.close)
            upstream.url = str(server.make_url("/v1"))
            running.append(upstream)
        yield running
