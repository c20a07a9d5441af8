"""JSON as a part of an input, within the bounds that OpenAI's API states."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.errors import InvalidRequest
from earthshine.wire.strict import NOT_UNICODE, Strict, all_unicode, rejection

_MOST_BYTES = 256 * 1024
_MOST_LEVELS = 32
_MOST_VALUES = 10_000

Data = dict[str, Any] | list[dict[str, Any]]


def _checked(data: Any) -> Data:
    if not isinstance(data, dict | list) or (isinstance(data, list) and not all(isinstance(x, dict) for x in data)):
        raise PydanticCustomError("data_type", "Input should be an object or a list of objects")
    if not all_unicode(data):
        raise rejection(InvalidRequest(NOT_UNICODE))
    level, count, inside = 0, 1, [data]
    while inside:
        level += 1
        below = [each for value in inside for each in (value.values() if isinstance(value, dict) else value)]
        count += len(below)
        inside = [value for value in below if isinstance(value, dict | list)]
        if level > _MOST_LEVELS or count > _MOST_VALUES:
            raise _too_much(f"{_MOST_LEVELS} levels and {_MOST_VALUES} values")
    if len(orjson.dumps(data)) > _MOST_BYTES:
        raise _too_much(f"{_MOST_BYTES} bytes")
    return data


def _too_much(bound: str) -> PydanticCustomError:
    return rejection(InvalidRequest(f"JSON in an input may have {bound} at most. Send it as text, or send less."))


class InputJson(Strict):
    """An object, or a list of objects, that the model reads as text."""

    type: Literal["input_json"]
    data: Annotated[Data, PlainValidator(_checked, json_schema_input_type=Data)]
