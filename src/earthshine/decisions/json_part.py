"""JSON as a part of an input, within the bounds that OpenAI's API states."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

import orjson
from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.errors import InvalidRequest
from earthshine.wire.strict import NOT_UNICODE, Strict, all_unicode, rejection

_MOST_BYTES = 256 * 1024
_MOST_LEVELS = 32
_MOST_VALUES = 10_000

Data = dict[str, Any] | list[dict[str, Any]]


def _checked(value: Any) -> Data:
    objects = cast("list[Any]", value if isinstance(value, list) else [value])
    if not all(isinstance(each, dict) for each in objects):
        raise PydanticCustomError("data_type", "Input should be an object or a list of objects")
    if not all(map(all_unicode, objects)):
        raise rejection(InvalidRequest(NOT_UNICODE))
    level, count, values = 0, 1, [cast("Any", value)]
    while containers := [cast("Data", each) for each in values if isinstance(each, dict | list)]:
        values = [inside for each in containers for inside in (each.values() if isinstance(each, dict) else each)]
        level, count = level + 1, count + len(values)
        if level > _MOST_LEVELS or count > _MOST_VALUES:
            raise _too_much(f"{_MOST_LEVELS} levels and {_MOST_VALUES} values")
    if len(orjson.dumps(value)) > _MOST_BYTES:
        raise _too_much(f"{_MOST_BYTES} bytes")
    return cast("Data", value)


def _too_much(bound: str) -> PydanticCustomError:
    return rejection(InvalidRequest(f"JSON in an input may have {bound} at most. Send it as text, or send less."))


class InputJson(Strict):
    """An object, or a list of objects, that the model reads as text."""

    type: Literal["input_json"]
    data: Annotated[Data, PlainValidator(_checked, json_schema_input_type=Data)]
