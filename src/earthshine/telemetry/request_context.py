"""The request that the running code works for: its id, its trace, and what the services learnt of it on the way.

The observer in front of all routes sets it; tasks that a request starts inherit it. So a log line, a call to an
upstream and an error can name the request, although nobody passes the name along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earthshine.telemetry.tracing import RequestTrace

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(slots=True, eq=False)
class RequestContext:
    """One request, or one connection of a WebSocket."""

    request_id: str
    traceparent: str = ""
    """What the client sent, if it is well-formed; passed on unchanged where no trace is made here."""
    trace: RequestTrace | None = None
    """The trace of this request, when traces are made."""
    model: str = ""
    """The model that served it, once it is known."""
    tokens: dict[str, int] = field(default_factory=dict[str, int])
    """Tokens that were counted for it: `input`, `cached`, `output`."""

    def used(self, model: str, counts: Mapping[str, int]) -> None:
        """Note what a piece of this request's work took."""
        self.model = model
        for kind, count in counts.items():
            self.tokens[kind] = self.tokens.get(kind, 0) + count

    def headers(self) -> dict[str, str]:
        """Return what an upstream is told: the request's id, and the trace's if there is one."""
        traceparent = self.trace.traceparent() if self.trace is not None else self.traceparent
        told = {"x-request-id": self.request_id}
        if traceparent:
            told["traceparent"] = traceparent
        return told


_CURRENT: ContextVar[RequestContext | None] = ContextVar("earthshine_request", default=None)


def request_context() -> RequestContext | None:
    """Return the request that this code works for; None outside of all."""
    return _CURRENT.get()


def begin(work: RequestContext) -> None:
    """Let this task, and those that it starts, work for a request."""
    _CURRENT.set(work)


def sane_request_id(given: str) -> str:
    """Return a client's request id if it can stand in headers and logs as it is, else nothing."""
    return given if _SANE_ID.fullmatch(given) else ""


def sane_traceparent(given: str) -> str:
    """Return a W3C `traceparent` if it is well-formed, else nothing. Source: https://www.w3.org/TR/trace-context/"""
    return given if _TRACEPARENT.fullmatch(given) else ""
