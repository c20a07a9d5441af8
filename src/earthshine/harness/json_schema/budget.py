"""How much work a schema may make: its size is looked at before anything else, and every step is paid for.

A client's schema of two kilobytes can ask for a day of work, by references that double at each level, and one of a
megabyte for minutes. Whatever is done for a schema spends from a budget first, so that its cost is known beforehand.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, cast

from earthshine.errors import InvalidSchema

MAX_VALUES = 20_000
"""JSON values inside one schema, keywords and names of properties not counted."""
MAX_CHARACTERS = 500_000
"""Characters of all texts in one schema: descriptions, names, values."""
MAX_NESTING = 128
"""JSON values inside each other."""
SCHEMA_STEPS = 30_000
"""Steps for one schema; about ten microseconds each. 5,000 plain properties take 15,000."""
REQUEST_STEPS = 90_000
"""Steps for all schemas of one request."""


class OverBudget(InvalidSchema):
    """A schema that would take too much work."""


class Budget:
    """Steps that are left: for one schema, and for the request that it belongs to."""

    def __init__(self, steps: int = SCHEMA_STEPS, whole: Budget | None = None) -> None:
        self._left = steps
        self._whole = whole

    def spend(self, steps: int, param: str) -> None:
        """Pay for work that is about to be done. Raises `OverBudget`, with `param`."""
        self._left -= steps
        if self._left < 0:
            raise OverBudget(
                "This schema is too complex to be guaranteed: it has too many properties, values, combinations or "
                "long patterns. Split it, or shorten its lists.",
                param=param,
            )
        if self._whole is not None:
            self._whole.spend(steps, param)


def examine(schema: Any, param: str) -> None:
    """Raise `OverBudget` for a schema that is too large or too deep, and `InvalidSchema` for what is no JSON.

    Stops at the first value too many, so it costs no more than a schema that is allowed.
    """
    values = characters = 0
    todo: list[tuple[Any, int]] = [(schema, 1)]
    while todo:
        value, depth = todo.pop()
        values += 1
        if isinstance(value, str):
            characters += _length(value, param)
        elif isinstance(value, float) and not isfinite(value):
            raise InvalidSchema(f"{value} is not a number that JSON has.", param=param)
        elif isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            if len(members) + values <= MAX_VALUES:
                characters += sum(_length(name, param) for name in members)
                todo += [(member, depth + 1) for member in members.values()]
            else:
                values += len(members)
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            if len(items) + values <= MAX_VALUES:
                todo += [(item, depth + 1) for item in items]
            else:
                values += len(items)
        if values > MAX_VALUES:
            raise OverBudget(f"A schema may hold at most {MAX_VALUES} values; split it.", param=param)
        if characters > MAX_CHARACTERS:
            raise OverBudget(f"The texts of a schema may have {MAX_CHARACTERS} characters; shorten them.", param=param)
        if depth > MAX_NESTING:
            raise OverBudget(f"More than {MAX_NESTING} JSON values inside each other; use $ref.", param=param)


def weight(value: Any) -> int:
    """Return about how many steps it takes to write a JSON value or to compare it with another."""
    total = 0
    todo = [value]
    while todo:
        one = todo.pop()
        total += 1
        if isinstance(one, str):
            total += len(one) // 32
        elif isinstance(one, dict):
            todo += cast("dict[str, Any]", one).values()
        elif isinstance(one, list):
            todo += cast("list[Any]", one)
    return total


def _length(text: str, param: str) -> int:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidSchema(
                f"{text[:100]!r} contains half of a surrogate pair; write the whole character.", param=param
            ) from None
    return len(text)
