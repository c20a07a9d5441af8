"""How JSON columns are written and read: ten times faster than by the standard library, for requests may be large."""

from __future__ import annotations

import json
from typing import Any, Final

import orjson


def _write(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # such as an integer of more than 64 bits
        return json.dumps(value)


def _read(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # such as NaN, which the standard library writes
        return json.loads(text)


JSON: Final[dict[str, Any]] = {"json_serializer": _write, "json_deserializer": _read}
"""Arguments for an engine of SQLAlchemy's."""
