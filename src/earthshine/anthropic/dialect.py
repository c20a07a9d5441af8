"""How Anthropic's API tells errors and writes streams. Source: https://platform.claude.com/docs/en/api/errors"""

from __future__ import annotations

from typing import Any

import orjson

from earthshine.errors import (
    BodyTooLarge,
    Conflict,
    ContextLengthExceeded,
    EarthshineError,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    RequestTimeout,
    Unauthenticated,
    Unavailable,
)
from earthshine.telemetry.request_context import request_context
from earthshine.wire import Dialect

PREFIX = "/anthropic"
"""What the addresses of this API begin with."""

_TYPES: tuple[tuple[type[EarthshineError], str, int], ...] = (
    (Unauthenticated, "authentication_error", 401),
    (PermissionDenied, "permission_error", 403),
    (NotFound, "not_found_error", 404),
    (RequestTimeout, "timeout_error", 408),
    (Conflict, "conflict_error", 409),
    (BodyTooLarge, "request_too_large", 413),
    (QuotaExceeded, "billing_error", 402),
    (RateLimited, "rate_limit_error", 429),
    (Unavailable, "overloaded_error", 529),
)
"""What this API says for an error; the first that fits."""


def _kind(error: EarthshineError) -> tuple[str, int]:
    for of, name, status in _TYPES:
        if isinstance(error, of):
            return name, status
    return ("invalid_request_error" if error.status < 500 else "api_error"), error.status


def _status(error: EarthshineError) -> int:
    return _kind(error)[1]


def _body(error: EarthshineError, request_id: str) -> Any:
    inner = {"type": _kind(error)[0], "message": _message(error)}
    return {"type": "error", "error": inner, "request_id": request_id or None}


def _event(error: EarthshineError) -> bytes:
    asked = request_context()
    return b"event: error\ndata: " + orjson.dumps(_body(error, asked.request_id if asked else "")) + b"\n\n"


def _message(error: EarthshineError) -> str:
    """Return what happened, with the field at fault first, for which this API has no place of its own."""
    if isinstance(error, ContextLengthExceeded):
        # Clients that shorten a conversation by themselves look for these words and numbers.
        return f"prompt is too long: {error.tokens} tokens > {error.limit} maximum. {error.message}"
    named = error.param and error.param not in error.message
    return f"{error.param}: {error.message}" if named else error.message


ANTHROPIC = Dialect(
    _body,
    _event,
    prefixes=(PREFIX,),
    heartbeat=b'event: ping\ndata: {"type":"ping"}\n\n',
    done=b"",
    status=_status,
)
