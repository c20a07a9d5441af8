"""How each API that is served here tells errors and writes streams: OpenAI's, unless an address is another one's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Scope

from earthshine.errors import EarthshineError
from earthshine.services import Services


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is said differently from API to API, whatever the route."""

    body: Callable[[EarthshineError, str], Any]
    """Makes the JSON of an error's reply, from the error and the id of the request."""
    event: Callable[[EarthshineError], bytes]
    """Makes what ends a stream that has begun and cannot be finished."""
    prefixes: tuple[str, ...] = ()
    """What the addresses of this API begin with, each a whole number of steps, such as `/api`."""
    media_type: str = "text/event-stream"
    """Of streams."""
    heartbeat: bytes = b":\n\n"
    """Says in a silent stream that the server is there. By default a comment, and the empty line after which readers
    look at what they have: nothing."""
    done: bytes = b"data: [DONE]\n\n"
    """Ends a stream that came to its end."""
    status: Callable[[EarthshineError], int] = lambda error: error.status
    """Says with which status an error is told."""


def _openai_body(error: EarthshineError, _request_id: str) -> Any:
    return {"error": error.body()}


def error_event(error: EarthshineError) -> bytes:
    """Return the event that ends a stream which has begun and cannot be finished."""
    return b"event: error\ndata: " + orjson.dumps({"error": error.body()}) + b"\n\n"


OPENAI = Dialect(_openai_body, error_event)
DONE = OPENAI.done


class Dialects:
    """The dialects of an installation besides OpenAI's; the features that speak them add them."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Dialect]] = []

    def add(self, dialect: Dialect) -> None:
        """Have errors at this dialect's addresses told in its way, those for which there is no route too."""
        self._known += [(prefix, dialect) for prefix in dialect.prefixes]

    def of(self, path: str) -> Dialect:
        """Return the dialect of an address."""
        for prefix, dialect in self._known:
            if path == prefix or path.startswith(f"{prefix}/"):
                return dialect
        return OPENAI


def dialect_of(scope: Scope) -> Dialect:
    """Return the dialect in which a request is answered."""
    app = scope.get("app")
    services: Services | None = None if app is None else app.state.services
    dialects = None if services is None else services.find(Dialects)
    return OPENAI if dialects is None else dialects.of(scope["path"])
