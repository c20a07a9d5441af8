"""An HTTP server that sends what a test tells it, in whatever pieces, and what the adapter makes of that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
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
    EarthshineError,
)

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
