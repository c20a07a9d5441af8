"""The types of what many replies have in common.

A reply's type is a `TypedDict`: pyright checks it where the reply is built, and `/openapi.json` is made from it. The
text under a field is its description there. A reply has no other fields than its type, unless that says
`extra_items=Any`, as objects of OpenAI's API do of which we describe only what tells them apart.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from earthshine.errors import ErrorBody

Seconds = Annotated[int, Field(description="Unix seconds.")]


class Identified(TypedDict):
    """Whatever has an id."""

    id: str


Thing = TypeVar("Thing", bound=Identified)


class Page(TypedDict, Generic[Thing]):
    """One page of a list."""

    object: Literal["list"]
    data: list[Thing]
    first_id: str | None
    last_id: str | None
    has_more: bool


class Deletion(TypedDict):
    """What was removed; each kind says its own `object`."""

    id: str
    deleted: Literal[True]


class Error(TypedDict):
    """Why a request failed, in OpenAI's shape."""

    error: ErrorBody
