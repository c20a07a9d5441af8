"""What a route says about itself: the models that its handler checks by hand, and the object that it replies with."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from pydantic import BaseModel

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(slots=True)
class Declared:
    """What one route says."""

    body: type[BaseModel] | None = None
    body_optional: bool = False
    file: str = ""
    """The field of the file in a form; empty for a body of JSON."""
    query: type[BaseModel] | None = None
    reply: Any = None
    """The type of its reply, where the handler's annotation does not say it."""
    media: str = "application/json"
    streams: bool | str = False
    """Whether the reply may also be a stream: of server-sent events, or of this media type."""
    accepts: bool = False
    """Whether it may also only accept what was sent, and reply with nothing."""
    errors: Any = None
    """The type of errors that are not ours alone: those of another protocol."""
    need: str = ""
    """What its caller needs; see `accounts.authorization.needs`."""
    need_in_project: str = ""
    """The same at addresses below a project."""
    shows_words: bool = True
    """Whether it shows what people wrote."""


def declared(endpoint: Callable[..., Any]) -> Declared:
    """Return what a route's handler was declared with, and what its annotation says that it replies with."""
    about = cast("Declared | None", getattr(endpoint, "declared", None)) or Declared()
    if about.reply is None:
        returns = inspect.signature(endpoint, eval_str=True).return_annotation
        return replace(about, reply=getattr(returns, "kind", None))
    return about


def takes(model: type[BaseModel], *, optional: bool = False, file: str = "") -> Callable[[Endpoint], Endpoint]:
    """Declare the model that a route's handler checks its JSON body against.

    With `file`, the body is a form with a file in the field of that name, and the model is of the other fields.
    """
    return declare(body=model, body_optional=optional, file=file)


def asks(model: type[BaseModel]) -> Callable[[Endpoint], Endpoint]:
    """Declare the model that a route's handler checks its query string against."""
    return declare(query=model)


def gives(
    reply: Any,
    *,
    media: str = "application/json",
    streams: bool | str = False,
    accepts: bool = False,
    errors: Any = None,
) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route replies with that is not, or not only, JSON, which `-> Reply[Chat]` says.

    With `streams`, it may also be a stream of server-sent events, or of that media type; with `accepts`, a 202 without
    a body; with `errors`, an error of another protocol, of this type.
    """
    return declare(reply=reply, media=media, streams=streams, accepts=accepts, errors=errors)


def declare(**said: Any) -> Callable[[Endpoint], Endpoint]:
    """Set fields of what a route's handler is declared with."""

    def put(endpoint: Endpoint) -> Endpoint:
        about = endpoint.__dict__.setdefault("declared", Declared())
        for name, value in said.items():
            setattr(about, name, value)
        return endpoint

    return put
