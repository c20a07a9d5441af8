"""Strict models of requests: their base classes, checks of our own inside them, and the choice of a model by a field.

Pydantic's own unions report an error once per alternative, under paths such as `input.list[...].0`. Here the
alternative is picked by hand, so that an error names `input[2].content[0].text` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, cast

from pydantic import (
    AfterValidator,
    ConfigDict,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from earthshine.errors import InvalidRequest
from earthshine.wire.bounded import BoundedModel

Value = TypeVar("Value")
Result = TypeVar("Result")


class Body(BoundedModel):
    """A JSON body whose fields are all known and of exactly the given types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Strict(BoundedModel):
    """A JSON object whose fields are all known and of exactly the given types; null means "not given"."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        known = cls._names
        given = cast("dict[str, Any]", value)
        for name, each in given.items():
            if isinstance(each, str) and not is_unicode(each):
                raise reject_at(name, None, InvalidRequest(NOT_UNICODE))
        return {name: each for name, each in given.items() if each is not None or name not in known}


_SLICE = 2**20
"""Characters that are looked at without letting other threads run."""

NOT_UNICODE = "The text contains half of a surrogate pair, which is no character. Remove it, or send the whole pair."


def is_unicode(text: str) -> bool:
    """Whether `text` can be written as UTF-8, that is, has no lone surrogates. (JSON's escapes can write them.)"""
    if text.isascii():
        return True
    try:
        # A long one in slices, between which other threads run.
        for start in range(0, len(text), _SLICE):
            text[start : start + _SLICE].encode()
    except UnicodeEncodeError:
        return False
    return True


def all_unicode(value: Any) -> bool:
    """Tell whether all text in a JSON value can be encoded."""
    if isinstance(value, str):
        return is_unicode(value)
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return all(all_unicode(key) and all_unicode(each) for key, each in pairs)
    return not isinstance(value, list) or all(map(all_unicode, cast("list[Any]", value)))


def _check_unicode(value: dict[str, Any]) -> dict[str, Any]:
    if not all_unicode(value):
        raise rejection(InvalidRequest(NOT_UNICODE))
    return value


JsonObject = Annotated[dict[str, Any], AfterValidator(_check_unicode)]
"""Any JSON object, such as a JSON Schema."""


def _check_metadata(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > 16:
        raise rejection(InvalidRequest(f"Metadata may have 16 keys at most, not {len(value)}."))
    for key, each in value.items():
        if len(key) > 64:
            raise rejection(InvalidRequest(f"The metadata key {key[:64]!r}... is longer than 64 characters."))
        if not isinstance(each, str) or len(each) > 512:
            raise rejection(
                InvalidRequest(f"The metadata value of {key!r} must be a string of at most 512 characters.")
            )
    return value


Metadata = Annotated[
    dict[str, str],
    PlainValidator(
        TypeAdapter(Annotated[JsonObject, AfterValidator(_check_metadata)]).validate_python,
        json_schema_input_type=dict[str, str],
    ),
]
"""Up to 16 strings of a client's own, kept with an object and returned with it."""


def rejection(error: InvalidRequest) -> PydanticCustomError:
    """Wrap one of our errors for a validator to raise; `check` adds the field's path to it."""
    return PydanticCustomError(
        cast("Any", error.code), cast("Any", "{message}"), {"message": error.message, "error": error}
    )


def reject_at(field: str, value: Any, error: InvalidRequest | None = None) -> ValidationError:
    """Return a validation error at `field` inside the value being checked; without `error`, that it is missing."""
    detail = InitErrorDetails(type=rejection(error) if error else "missing", loc=(field,), input=value)
    return ValidationError.from_exception_data("item", [detail])


def as_validator(check: Callable[[Value], Result]) -> Callable[[Value], Result]:
    """Let a check that raises our own errors be used as a validator: the error then names the field's path."""

    def validate(value: Value) -> Result:
        try:
            return check(value)
        except InvalidRequest as error:
            raise PydanticCustomError("rejected", "{message}", {"message": error.message, "error": error}) from None

    return validate


Choose = Callable[[Any, ValidatorFunctionWrapHandler], Any]


def chooser(
    what: str,
    table: Mapping[str, type[BoundedModel] | WrapValidator],
    *,
    field: str = "type",
    infer: Callable[[dict[str, Any]], str | None] | None = None,
) -> WrapValidator:
    """Return a validator, to stand beside a union, that checks an object with the model that its `field` names.

    `table` maps each value to a model, or to another such validator. `infer` may supply a missing value.
    """

    def choose(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, BoundedModel):
            return value
        if not isinstance(value, dict):
            raise PydanticCustomError("object_type", "Input should be an object")
        given = cast("dict[str, Any]", value)
        name: Any = given.get(field)
        if name is None and infer:
            name = infer(given)
        if name is None:
            raise reject_at(field, given)
        if not isinstance(name, str) or name not in table:
            known = ", ".join(repr(each) for each in table)
            raise reject_at(
                field,
                name,
                InvalidRequest(f"There is no {what} {str(name)[:80]!r} here. Supported values are: {known}."),
            )
        check = table[name]
        if isinstance(check, WrapValidator):
            return cast("Choose", check.func)(given, union)
        return check.model_validate(given)

    return WrapValidator(choose)
