"""Bodies that are checked strictly, and checks of our own inside their models."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import ConfigDict
from pydantic_core import PydanticCustomError

from earthshine.errors import InvalidRequest
from earthshine.wire.bounded import BoundedModel

Value = TypeVar("Value")
Result = TypeVar("Result")


class Body(BoundedModel):
    """A JSON body whose fields are all known and of exactly the given types."""

    model_config = ConfigDict(extra="forbid", strict=True)


def naming(check: Callable[[Value], Result]) -> Callable[[Value], Result]:
    """Let a check that raises our own errors be used as a validator: the error then names the field's path."""

    def validate(value: Value) -> Result:
        try:
            return check(value)
        except InvalidRequest as error:
            raise PydanticCustomError("rejected", "{message}", {"message": error.message, "error": error}) from None

    return validate
