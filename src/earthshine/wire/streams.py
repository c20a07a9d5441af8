"""Event streams, and other work that stops when its client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from types import TracebackType
from typing import Any, TypeVar, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from earthshine.errors import EarthshineError
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.tasks import end_tasks
from earthshine.wire.dialects import OPENAI, Dialect

Result = TypeVar("Result")

_PATIENCE, _HEARTBEAT_SECONDS = 5.0, 10.0

_LOOK_AFTER = 0.02
"""Seconds after which somebody looks whether the client is still there."""
_MOST_READY = 64
"""Chunks that a stream may be ahead of its reader."""


class EventStream(Response):
    """A stream of events whose source stops when the client goes away.

    `chunks` yields whole frames, several at once where they are there. Closing it must stop the work behind it.

    An error that comes before the first frame is raised, so that it has its status; but after `stream_patience` seconds
    the stream begins without one, and then an error is an event in it. Whenever nothing was sent for
    `stream_heartbeat` seconds something is that clients skip: proxies give up connections that stay silent.
    """

    def __init__(
        self, chunks: AsyncIterator[bytes], headers: Mapping[str, str] | None = None, *, dialect: Dialect = OPENAI
    ) -> None:
        """By default, server-sent events as OpenAI's API writes them."""
        super().__init__(None, 200, headers, media_type=dialect.media_type)
        self._dialect = dialect
        # Not a full body: no content-length; and no proxy may hold events back.
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        self.raw_headers += [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        self._chunks = chunks
        self._ready: list[bytes] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the source ends or the client is gone."""
        patience, heartbeat = _pace(scope)
        pump = asyncio.create_task(self._pump())
        pump.add_done_callback(lambda _: self._news.set())
        started = False
        try:
            async with Presence(receive):
                while self._ready or not pump.done():
                    await self._wait(heartbeat if started else patience)
                    # What came at once leaves at once: each message costs as much as writing several chunks.
                    body = b"".join(self._ready)
                    self._ready.clear()
                    self._room.set()
                    if pump.done() and not body:
                        continue
                    if not started:
                        started = True
                        await self._start(send)
                    await send(
                        {"type": "http.response.body", "body": body or self._dialect.heartbeat, "more_body": True}
                    )
        except ClientDisconnect:
            return
        finally:
            if not pump.done():
                await end_tasks(pump)
            await close(self._chunks)
        if (error := pump.exception()) is not None:
            if not started or not isinstance(error, EarthshineError):
                raise error
            await send({"type": "http.response.body", "body": self._dialect.event(error), "more_body": True})
        elif not started:
            await self._start(send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _wait(self, seconds: float) -> None:
        """Return when there is news, or so many seconds have passed."""
        if not self._news.is_set():
            timer = asyncio.get_running_loop().call_later(seconds, self._news.set)
            try:
                await self._news.wait()
            finally:
                timer.cancel()
        self._news.clear()

    async def _pump(self) -> None:
        async for chunk in self._chunks:
            self._ready.append(chunk)
            self._news.set()
            if len(self._ready) >= _MOST_READY:
                self._room.clear()
                await self._room.wait()


def _pace(scope: Scope) -> tuple[float, float]:
    """Return the seconds until a stream begins at the latest, and between two signs of life."""
    app = scope.get("app")
    if app is None:
        return _PATIENCE, _HEARTBEAT_SECONDS
    services: Services = app.state.services
    settings = services.get(Settings)
    return settings.stream_patience, settings.stream_heartbeat


async def disconnected(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Presence:
    """A block that is cancelled when its client goes away, and then raises `ClientDisconnect`.

    Most requests are answered before anybody looks: a task that waits for the client costs as much as their routing.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watch: asyncio.Task[None] | None = None
        self._inside = True
        self._gone = False

    async def __aenter__(self) -> None:
        """Look soon."""
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._timer = asyncio.get_running_loop().call_later(_LOOK_AFTER, self._look)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look no longer."""
        self._inside = False
        self._timer.cancel()
        if self._watch is not None:
            await end_tasks(self._watch)
        if self._gone and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise ClientDisconnect from None

    def _look(self) -> None:
        self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        await disconnected(self._receive)
        if self._inside:
            self._gone = True
            self._task.cancel()


async def while_connected(request: Request, work: Awaitable[Result]) -> Result:
    """Run `work`, and cancel it when the client goes away (then raises `ClientDisconnect`)."""
    async with Presence(request.receive):
        return await work


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
