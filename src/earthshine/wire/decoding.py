"""JSON text to values, with bounds on what is built: how many values, how many in one object, how deep.

Text is counted before it is decoded, for a value takes up to thirty times the memory of its text, and the decoder does
not let anything else run meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import orjson

from earthshine.errors import InvalidRequest

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

MOST_VALUES = 300_000
"""Values in one text. The largest input of embeddings in OpenAI's API has as many token ids."""
MOST_KEYS = 10_000
"""Keys of one object."""
MOST_NESTING = 128
"""Objects and lists inside each other in a request; orjson writes out 254, and a reply wraps the request's parts."""

QUICK = 128 * 2**10
"""Bytes of text that are worked on at once; for more, other requests get a turn meanwhile."""

_SLICE = 2**20
"""Bytes that are counted without letting other threads run."""


def load_json(body: bytes | bytearray) -> dict[str, Any]:
    """Decode a JSON object. Raises `InvalidRequest` that says where the text breaks, or which bound it is over."""
    if not body or body.isspace():
        raise InvalidRequest("The request body is empty; a JSON object was expected.", code="invalid_json")
    check_count(body)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The request body is not valid JSON: {error}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The request body must be a JSON object.", code="invalid_json")
    # Text with so few brackets and colons is neither nested too deeply nor too wide, and most has.
    if body.count(b"{") + body.count(b"[") > MOST_NESTING or body.count(b":") > MOST_KEYS:
        _check_shape(value)
    return cast("dict[str, Any]", value)


def check_count(body: bytes | bytearray, most: int = MOST_VALUES, *, what: str = "The request body") -> None:
    """Raise `InvalidRequest` for JSON text with more than `most` values. Text that is no JSON may pass."""
    if _marks(body, most) <= most:
        return
    # Much may stand inside texts. Backslashes stand nowhere else, so without them each quotation mark opens or closes.
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if plain.count(b'"') <= 4 * MOST_VALUES and _marks(b"".join(plain.split(b'"')[::2]), most) <= most:
        return
    raise InvalidRequest(
        f"{what} has more than {most} values. Split it, or send text as one string.", code="invalid_json"
    )


def _marks(text: bytes | bytearray, most: int) -> int:
    """Count what stands before values, until it is too much: the commas, and what opens lists and objects."""
    count = 0
    for start in range(0, len(text), _SLICE):
        end = start + _SLICE
        count += text.count(b",", start, end) + text.count(b"[", start, end) + text.count(b"{", start, end)
        if count > most:
            break
    return count


def _check_shape(value: Any) -> None:
    """Refuse what is nested so deeply that it could not be written out again, or has too many keys in one place."""
    level: list[Any] = [value]
    for _ in range(MOST_NESTING):
        inside: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                if len(cast("dict[str, Any]", each)) > MOST_KEYS:
                    raise InvalidRequest(
                        f"An object of the request body has more than {MOST_KEYS} keys. Use fewer, or a list.",
                        code="invalid_json",
                    )
                inside += cast("dict[str, Any]", each).values()
            else:
                inside += each
        level = [each for each in inside if isinstance(each, dict | list)]
        if not level:
            return
    raise InvalidRequest(
        f"The request body is nested more than {MOST_NESTING} levels deep. Make it flatter.", code="invalid_json"
    )


async def aside(
    size: int, work: Callable[Arguments, Result], *given: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """Do work on so many bytes of a client's text: at once if they are few, else in a thread."""
    if size <= QUICK:
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)
