"""Objects, lists and errors to bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response

from earthshine.errors import EarthshineError
from earthshine.wire.dialects import OPENAI, Dialect
from earthshine.wire.objects import Error, Page, Thing

IGNORED = "x-earthshine-ignored"
"""The header of a reply that names the fields which changed nothing."""
_MOST_NAMED = 20

Body = TypeVar("Body")


class Reply(Response, Generic[Body]):
    """A reply of JSON. A handler's `-> Reply[Chat]` is checked by pyright and told in the OpenAPI document."""

    kind: ClassVar[Any] = None
    """The type of what is in it."""

    def __class_getitem__(cls, kind: Any) -> type[Reply[Any]]:
        """Return a class, for FastAPI takes nothing else for a kind of response."""
        return type("Reply", (cls,), {"kind": kind})


@overload
def json_reply(value: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply[Any]: ...
@overload
def json_reply(value: Body, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply[Body]: ...
def json_reply(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply[Any]:
    """Reply with JSON: an object of the reply's type, or bytes that are that already."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return Reply(body, status, headers, media_type="application/json")


def error_reply(error: EarthshineError, request_id: str = "", dialect: Dialect = OPENAI) -> Reply[Error]:
    """Reply with an error in the shape of the API that was asked."""
    headers = {"x-request-id": request_id} if request_id else {}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    if error.status == 408:
        # The rest of the body may come at any time, and is not to be waited for.
        headers["connection"] = "close"
    return json_reply(dialect.body(error, request_id), status=dialect.status(error), headers=headers)


def list_page(data: list[Thing], *, has_more: bool) -> Page[Thing]:
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


def note_ignored(headers: dict[str, str], names: Iterable[str]) -> None:
    """Tell in the reply's headers which fields changed nothing; at most some of them, and only what is a name."""
    told = [name for name in names if name.isascii() and name.replace(".", "").isidentifier() and len(name) < 64]
    if told:
        headers[IGNORED] = ", ".join(told[:_MOST_NAMED])
