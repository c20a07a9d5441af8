"""The limits of a session, as requests give them and as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from earthshine.errors import InvalidRequest
from earthshine.wire.bounded import BoundedModel

KINDS: Final = ("tokens", "seconds", "steps", "cents")
_Amount = Annotated[int, Field(ge=1, le=10**12)]


class SessionLimits(BoundedModel):
    """What a session may use in all its turns together; null for any amount."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tokens: _Amount | None = None
    """Read and written."""
    seconds: _Amount | None = None
    """In which the model writes or tools work; waiting for people, for a place or for a model to load is free."""
    steps: _Amount | None = None
    """Calls of the model."""
    cents: _Amount | None = None
    """Of a US dollar, by the prices of this installation."""


def changed_limits(
    before: Mapping[str, int] | None, limits: SessionLimits | None, spend: Mapping[str, int | None] | None
) -> dict[str, int] | None:
    """Return limits with what a request gives; what it does not name stays, what is null goes; None for no limits.

    `spend` is the `spend_control` of OpenAI's API, whose `limit` is the one of `cents`. Raises `InvalidRequest` where
    the two differ.
    """
    found = dict(before or {})
    given: dict[str, int | None] = {} if limits is None else limits.model_dump(exclude_unset=True)
    if spend is not None:
        cents = spend.get("limit")
        if given.get("cents", cents) != cents:
            raise InvalidRequest("Give the same amount in both, or one of them.", param="earthshine.limits.cents")
        given["cents"] = cents
    for kind, amount in given.items():
        if amount is None:
            found.pop(kind, None)
        else:
            found[kind] = amount
    return {kind: found[kind] for kind in KINDS if kind in found} or None
