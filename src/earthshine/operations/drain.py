"""The orderly end of a server: nothing new is taken in, what runs may finish, and what does not is told so."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earthshine.errors import Unavailable
from earthshine.wire import dialect_of, error_reply

ANSWERED_TO_THE_END = frozenset({"/health", "/ready"})
"""Paths that balancers ask while the server drains; they hold nothing up."""
RETRY_AFTER = 5
"""Seconds after which a client may find another server here."""
SERVICE_RESTART = 1012
"""The code that closes a WebSocket: the server goes away, and another may be there soon."""


class Drain:
    """Whether the server is ending, and which requests it still serves."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._served: set[asyncio.Task[Any]] = set()
        self._left = asyncio.Event()
        self.cutting = False
        """Whether the time for requests in progress is over."""

    @property
    def draining(self) -> bool:
        """Whether new requests are refused."""
        return self._begun.is_set()

    @property
    def serving(self) -> int:
        """Requests and WebSockets that are being served."""
        return len(self._served)

    def begin(self) -> None:
        """Refuse new requests from now on."""
        self._begun.set()

    async def begun(self) -> None:
        """Wait until new requests are refused."""
        await self._begun.wait()

    async def finish(self, seconds: float) -> None:
        """Begin, give the requests in progress so much time, and then end them."""
        self.begin()
        try:
            async with asyncio.timeout(seconds):
                while self._served:
                    self._left.clear()
                    await self._left.wait()
        except TimeoutError:
            self.cut()

    def cut(self) -> None:
        """End the requests in progress now; each is told so."""
        self._begun.set()
        self.cutting = True
        for task in self._served:
            task.cancel()

    def enter(self) -> asyncio.Task[Any]:
        """Note that the present task serves a request; returns it for `leave`."""
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)
        return task

    def leave(self, task: asyncio.Task[Any]) -> None:
        """Note that a request has ended."""
        self._served.discard(task)
        self._left.set()


class DrainMiddleware:
    """ASGI middleware that refuses new requests while the server ends, and tells the cut ones."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] == "lifespan" or scope["path"] in ANSWERED_TO_THE_END:
            await self._app(scope, receive, send)
            return
        if self._drain.draining:
            await _refuse(scope, receive, send)
            return
        start: Message | None = None

        async def mark(message: Message) -> None:
            nonlocal start
            if message["type"] in ("http.response.start", "websocket.accept"):
                start = message
            await send(message)

        task = self._drain.enter()
        try:
            await self._app(scope, receive, mark)
        except asyncio.CancelledError:
            if not self._drain.cutting:
                raise
            task.uncancel()
            await _notify_client(scope, receive, send, start)
        finally:
            self._drain.leave(task)


def _ending() -> Unavailable:
    return Unavailable(
        "The server is shutting down. Send the request again.", code="shutting_down", retry_after=RETRY_AFTER
    )


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": SERVICE_RESTART, "reason": "shutting down"})
        return
    reply = error_reply(_ending(), scope["state"]["request_id"], dialect_of(scope))
    reply.headers["connection"] = "close"
    await reply(scope, receive, send)


async def _notify_client(scope: Scope, receive: Receive, send: Send, start: Message | None) -> None:
    """End a request that was cut: with a status if none was sent, in a stream with an error event."""
    if start is None or scope["type"] == "websocket":
        await _refuse(scope, receive, send)
        return
    dialect = dialect_of(scope)
    streams = dialect.media_type.encode()
    if any(name == b"content-type" and value.startswith(streams) for name, value in start["headers"]):
        await send({"type": "http.response.body", "body": dialect.event(_ending()), "more_body": False})
