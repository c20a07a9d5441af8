"""The outermost layer of the application: names each request, measures it, traces it, and writes its log line."""

from __future__ import annotations

import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earthshine.ids import new_id
from earthshine.telemetry.logs import ACCESS
from earthshine.telemetry.request_context import RequestContext, begin, sane_request_id, sane_traceparent
from earthshine.telemetry.request_metrics import RequestMetrics
from earthshine.telemetry.telemetry import Telemetry

UNROUTED = "none"
"""The route of a request that reached none: an unknown address, or one that was refused before."""

_access = logging.getLogger(ACCESS)


class Observer:
    """ASGI middleware that changes nothing of a reply."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, *, access_log: bool) -> None:
        """Count and trace in `telemetry`; `access_log` writes a line for each request."""
        self._app = app
        self._telemetry = telemetry
        self._request_metrics = telemetry.metrics
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and note what became of it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        work = _context(scope)
        scope.setdefault("state", {})["request_id"] = work.request_id
        begin(work)
        tracing = self._telemetry.tracing
        if tracing is not None:
            work.trace = tracing.request(scope.get("method", "WEBSOCKET"), work.traceparent)
        reply = _Reply(send, self._request_metrics)
        if scope["type"] == "websocket":
            self._request_metrics.websockets.inc()
        try:
            await self._app(scope, receive, reply.send)
        except Exception:
            reply.broke()
            raise
        finally:
            if scope["type"] == "websocket":
                self._request_metrics.websockets.dec()
            reply.ended()
            self._note(scope, work, reply, started)

    def _note(self, scope: Scope, work: RequestContext, reply: _Reply, started: float) -> None:
        seconds = time.perf_counter() - started
        method: str = scope.get("method", "WEBSOCKET")
        route: str = getattr(scope.get("route"), "path_format", UNROUTED)
        self._request_metrics.answered(route, method, reply.status, seconds, reply.first_byte - started)
        if self._access_log:
            _write_line(scope, work, reply.status, method, route, seconds)
        if work.trace is not None:
            work.trace.end(method, route, reply.status)


class _Reply:
    """Watches a reply go by."""

    __slots__ = ("_request_metrics", "_send", "_stream", "first_byte", "status")

    def __init__(self, send: Send, request_metrics: RequestMetrics) -> None:
        self._send = send
        self._request_metrics = request_metrics
        self._stream = False
        self.status = 499
        """499, the custom of web servers, until a reply begins: the client went away before."""
        self.first_byte = 0.0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        kind = message["type"]
        if kind == "http.response.body":
            if not self.first_byte and message.get("body"):
                self.first_byte = time.perf_counter()
        elif kind == "http.response.start":
            self.status = message["status"]
            if any(
                name == b"content-type" and value.startswith(b"text/event-stream") for name, value in message["headers"]
            ):
                self._stream = True
                self._request_metrics.streams.inc()
        elif kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.close" and self.status == 499:
            self.status = 403
        await self._send(message)

    def broke(self) -> None:
        """Note that an exception ended it."""
        if self.status == 499:
            self.status = 500

    def ended(self) -> None:
        """Note that nothing more will come."""
        if self._stream:
            self._request_metrics.streams.dec()


def _context(scope: Scope) -> RequestContext:
    request_id = traceparent = ""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            request_id = sane_request_id(value.decode("latin-1"))
        elif name == b"traceparent":
            traceparent = sane_traceparent(value.decode("latin-1"))
    return RequestContext(request_id or new_id("req"), traceparent)


def _write_line(scope: Scope, work: RequestContext, status: int, method: str, route: str, seconds: float) -> None:
    fields: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 2),
    }
    if scope.get("client"):
        fields["address"] = scope["client"][0]
    caller = scope["state"].get("caller")
    if caller is not None:
        fields |= {"key_id": caller.key_id, "project": caller.project}
    if work.model:
        fields |= {"model": work.model, "tokens": work.tokens}
    _access.info("%s %s %d", method, route, status, extra={"fields": fields})
