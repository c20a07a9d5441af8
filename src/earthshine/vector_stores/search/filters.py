"""Conditions on the attributes of files, as OpenAI's API writes them: checked once, then asked of each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import Field, PlainValidator

from earthshine.errors import InvalidRequest
from earthshine.wire.strict import is_unicode, rejection

MOST_CONDITIONS = 200
_DEEPEST = 10

Condition = Callable[[Mapping[str, Any]], bool]
"""Tells whether a file with these attributes is wanted."""

Comparison = Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def condition(value: Any) -> Condition:
    """Return the condition that a filter describes. Raises `InvalidRequest` with the path of what is wrong in it."""
    left = [MOST_CONDITIONS]
    return _condition(value, "filters", 1, left)


def _check(value: Any) -> dict[str, Any]:
    try:
        condition(value)
    except InvalidRequest as error:
        raise rejection(error) from None
    return cast("dict[str, Any]", value)


Filter = Annotated[
    dict[str, Any],
    PlainValidator(_check),
    Field(description='`{"type": "eq", "key": ..., "value": ...}`, or `{"type": "and", "filters": [...]}`.'),
]
"""A filter of a request: a comparison, or several joined by `and` or `or`."""


def _condition(value: Any, path: str, depth: int, left: list[int]) -> Condition:
    if not isinstance(value, dict):
        raise _wrong(path, "it must be an object")
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST:
        raise _wrong(path, f"there may be {MOST_CONDITIONS} conditions, {_DEEPEST} inside each other")
    given = cast("dict[str, Any]", value)
    kind = given.get("type")
    if kind in ("and", "or"):
        return _compound(given, kind, path, depth, left)
    if not isinstance(kind, str) or (kind not in _ORDERS and kind not in ("eq", "ne", "in", "nin")):
        raise _wrong(f"{path}.type", "it must be eq, ne, gt, gte, lt, lte, in, nin, and, or")
    _only(given, {"type", "key", "value"}, path)
    key = given.get("key")
    if not isinstance(key, str) or not is_unicode(key):
        raise _wrong(f"{path}.key", "it must be the name of an attribute")
    if "value" not in given:
        raise InvalidRequest(
            f"Missing required parameter: '{path}.value'.", param=f"{path}.value", code="missing_required_parameter"
        )
    return _comparison(cast("Comparison", kind), key, given["value"], f"{path}.value")


def _compound(given: dict[str, Any], kind: str, path: str, depth: int, left: list[int]) -> Condition:
    _only(given, {"type", "filters"}, path)
    each = given.get("filters")
    if not isinstance(each, list) or not each:
        raise _wrong(f"{path}.filters", "it must be a list of conditions")
    items = cast("list[Any]", each)
    if len(items) > left[0]:
        raise _wrong(path, f"there may be {MOST_CONDITIONS} conditions, {_DEEPEST} inside each other")
    inner = [_condition(one, f"{path}.filters[{index}]", depth + 1, left) for index, one in enumerate(items)]
    if kind == "and":
        return lambda attributes: all(each(attributes) for each in inner)
    return lambda attributes: any(each(attributes) for each in inner)


def _comparison(kind: Comparison, key: str, value: Any, path: str) -> Condition:
    if kind in ("in", "nin"):
        listed = cast("list[Any]", value) if isinstance(value, list) else None
        if listed is None or len(listed) > 1000 or not all(_is_value(each) for each in listed):
            raise _wrong(path, f"for '{kind}' it must be a list of at most 1000 texts, numbers or booleans")
        wanted = {_typed(each) for each in listed}
        if kind == "in":
            return lambda attributes: key in attributes and _typed(attributes[key]) in wanted
        return lambda attributes: key not in attributes or _typed(attributes[key]) not in wanted
    if not _is_value(value):
        raise _wrong(path, "it must be a text, a number or a boolean")
    if kind == "eq":
        return lambda attributes: key in attributes and _typed(attributes[key]) == _typed(value)
    if kind == "ne":
        return lambda attributes: key not in attributes or _typed(attributes[key]) != _typed(value)
    if isinstance(value, bool):
        raise _wrong(path, f"a boolean cannot be compared by '{kind}'")
    order = _ORDERS[kind]
    # What is of another kind is neither more nor less.
    return lambda attributes: (
        key in attributes and _typed(attributes[key])[0] == _typed(value)[0] and order(attributes[key], value)
    )


def _typed(value: Any) -> tuple[str, Any]:
    """Return a value with its kind: true is not 1, and 1 is 1.0."""
    return ("boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number", value)


def _is_value(value: Any) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and is_unicode(value))


def _only(given: dict[str, Any], names: set[str], path: str) -> None:
    for name in given:
        if name not in names:
            raise InvalidRequest(
                f"Unknown parameter: '{path}.{name[:64]}'. Remove it, or check its spelling.",
                param=f"{path}.{name[:64]}",
                code="unknown_parameter",
            )


def _wrong(path: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid value for '{path}': {what}.", param=path)
