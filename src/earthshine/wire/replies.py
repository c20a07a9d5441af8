"""Objects, lists and errors to bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response

from earthshine.errors import EarthshineError


def json_reply(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Reply with JSON: a dictionary, or bytes that are JSON already."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return Response(body, status, headers, media_type="application/json")


def error_reply(error: EarthshineError, request_id: str = "") -> Response:
    """Reply with an error in OpenAI's shape."""
    headers = {"x-request-id": request_id} if request_id else {}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    if error.status == 408:
        # The rest of the body may come at any time, and is not to be waited for.
        headers["connection"] = "close"
    return json_reply({"error": error.body()}, status=error.status, headers=headers)


def error_event(error: EarthshineError) -> bytes:
    """Return the event that ends a stream which has begun and cannot be finished."""
    return b"event: error\ndata: " + orjson.dumps({"error": error.body()}) + b"\n\n"


def list_page(data: Sequence[Mapping[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Return OpenAI's list object around one page of objects with ids."""
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": has_more,
    }


def reply_headers(connection: HTTPConnection) -> dict[str, str]:
    """Return the headers that the gate adds to the reply, to be filled in until the reply begins."""
    return cast("dict[str, str]", connection.scope["state"].setdefault("headers", {}))
