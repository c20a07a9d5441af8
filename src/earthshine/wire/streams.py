"""Event streams, and other work that stops when its client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from contextlib import suppress
from typing import Any, TypeVar, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Result = TypeVar("Result")

DONE = b"data: [DONE]\n\n"

_MOST_READY = 64
"""Chunks that a stream may be ahead of its reader."""


class EventStream(Response):
    """A server-sent event stream whose source stops when the client goes away.

    `chunks` yields whole frames, several at once where they are there. Closing it must stop the work behind it.
    """

    def __init__(self, chunks: AsyncIterator[bytes], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(None, 200, headers, media_type="text/event-stream")
        # Not a full body: no content-length; and no proxy may hold events back.
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        self.raw_headers += [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        self._chunks = chunks
        self._ready: list[bytes] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the source ends or the client is gone."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pump = asyncio.create_task(self._pump())
        gone = asyncio.create_task(disconnected(receive))
        for task in (pump, gone):
            task.add_done_callback(lambda _: self._news.set())
        try:
            while not gone.done() and (self._ready or not pump.done()):
                await self._news.wait()
                self._news.clear()
                # What came at once leaves at once: each message costs as much as writing several chunks.
                body = b"".join(self._ready)
                self._ready.clear()
                self._room.set()
                if body and not gone.done():
                    await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            await _stop(gone)
            if not pump.done():
                await _stop(pump)
            await close(self._chunks)
        pump_error = None if pump.cancelled() else pump.exception()
        if pump_error is not None:
            raise pump_error
        if not pump.cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self) -> None:
        async for chunk in self._chunks:
            self._ready.append(chunk)
            self._news.set()
            if len(self._ready) >= _MOST_READY:
                self._room.clear()
                await self._room.wait()


async def disconnected(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def while_connected(request: Request, work: Awaitable[Result]) -> Result:
    """Run `work`, and cancel it when the client goes away (then raises `ClientDisconnect`)."""
    task = asyncio.ensure_future(work)
    gone = asyncio.create_task(disconnected(request.receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        await _stop(gone)
        if not task.done():
            await _stop(task)


async def close(iterator: AsyncIterator[Any]) -> None:
    """Close an async generator, so that whatever it was doing stops now and not at garbage collection."""
    if isinstance(iterator, AsyncGenerator):
        await cast("AsyncGenerator[Any, None]", iterator).aclose()


async def peek(iterator: AsyncIterator[Result]) -> AsyncGenerator[Result]:
    """Wait for the first item, so that an error in making it is still raised here, before a status is sent."""
    try:
        first = await anext(iterator)
    except StopAsyncIteration:
        return _chain(None, iterator)
    except BaseException:
        await close(iterator)
        raise
    return _chain((first,), iterator)


async def _chain(first: tuple[Result] | None, rest: AsyncIterator[Result]) -> AsyncGenerator[Result]:
    try:
        if first is not None:
            yield first[0]
        async for item in rest:
            yield item
    finally:
        await close(rest)


async def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
