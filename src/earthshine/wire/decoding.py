"""JSON text to values, with bounds on what is built: how many values, how many in one object, how deep.

Text is counted before it is decoded, for a value takes up to thirty times the memory of its text, and the decoder does
not let anything else run meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Set
from typing import Any, ParamSpec, TypeVar, cast

import orjson

from earthshine.errors import InvalidRequest

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

MOST_VALUES = 300_000
"""Values in one text. The largest input of embeddings in OpenAI's API has as many token ids."""
MOST_CONTAINERS = 20_000
"""Objects and lists in one text. Each takes some 200 bytes wherever it is held, however short its text, and a request
is held in several forms. A message with one part and one call has six."""
MOST_TOKENS = 200_000
"""Tokens in the log probabilities of messages that are sent back. They are counted apart from other values: there are
twenty to each word, and they take little for the letters that they have, as they are never copied."""
_KEYS_OF_TOKEN = (b'"token"', b'"bytes"', b'"logprob"')
_CONTAINERS_OF_TOKEN = 3
_VALUES_OF_TOKEN = 12
_DEPTH_OF_LOGPROBS = 5
MOST_KEYS = 10_000
"""Keys of one object."""
MOST_NESTING = 128
"""Objects and lists inside each other in a request; orjson writes out 254, and a reply wraps the request's parts."""

QUICK = 128 * 2**10
"""Bytes of text that are worked on at once; for more, other requests get a turn meanwhile."""

_SLICE = 2**18
"""Bytes that are counted without letting other threads run."""


def load_json(body: bytes | bytearray) -> dict[str, Any]:
    """Decode a JSON object. Raises `InvalidRequest` that says where the text breaks, or which bound it is over."""
    if not body or body.isspace():
        raise InvalidRequest("The request body is empty; a JSON object was expected.", code="invalid_json")
    tokens = min(body.count(key) for key in _KEYS_OF_TOKEN)
    if tokens > MOST_TOKENS:
        raise InvalidRequest(
            f"The request body has log probabilities of more than {MOST_TOKENS} tokens. Leave `logprobs` out of the "
            "messages that you send back; no model reads them.",
            code="invalid_json",
        )
    check_count(body, MOST_VALUES + tokens * _VALUES_OF_TOKEN, MOST_CONTAINERS + tokens * _CONTAINERS_OF_TOKEN)
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


def check_count(
    body: bytes | bytearray,
    most: int = MOST_VALUES,
    containers: int = MOST_CONTAINERS,
    *,
    what: str = "The request body",
) -> None:
    """Raise `InvalidRequest` for JSON text with more than `most` values, or more objects and lists than `containers`.

    Text that is no JSON may pass.
    """
    # Most text has few of these marks altogether; only where it has many are those inside strings left out.
    if _passed(_slices(body), most, containers) and (passed := _passed(_outside_strings(body), most, containers)):
        raise _too_many(what, passed)


def _passed(pieces: Iterator[bytes], most: int, containers: int) -> str:
    """Return which bound is passed by what stands before values: commas, and what opens objects and lists."""
    commas = opened = 0
    for piece in pieces:
        commas += piece.count(b",")
        opened += piece.count(b"[") + piece.count(b"{")
        if opened > containers:
            return f"{containers} objects and lists"
        if commas + opened > most:
            return f"{most} values"
    return ""


def _slices(text: bytes | bytearray) -> Iterator[bytes]:
    # Bytes, not pieces of a bytearray: splitting those makes an object of every part, however short.
    return (bytes(text[start : start + _SLICE]) for start in range(0, len(text), _SLICE))


def _outside_strings(text: bytes | bytearray) -> Iterator[bytes]:
    inside = escaped = False
    for piece in _slices(text):
        plain = piece[escaped:].replace(b"\\\\", b"")
        escaped = plain.endswith(b"\\")
        parts = plain.removesuffix(b"\\").replace(b'\\"', b"").split(b'"')
        yield b"".join(parts[inside::2])
        inside ^= len(parts) % 2 == 0


def _check_shape(value: Any) -> None:
    """Refuse what is nested so deeply that it could not be written out again, or has too many keys in one place.

    Log probabilities let more objects pass the count of the text; here it is seen whether these are such.
    """
    logprobs = list(_logprobs(value))
    if _check_levels([value], MOST_NESTING, {id(each) for each in logprobs}) > MOST_CONTAINERS:
        raise _too_many("The request body", f"{MOST_CONTAINERS} objects and lists")
    _check_levels(logprobs, MOST_NESTING - _DEPTH_OF_LOGPROBS)


def _check_levels(level: list[Any], most: int, without: Set[int] = frozenset()) -> int:
    """Return how many objects and lists there are in `level` and inside of it, but `without` some, by their `id`."""
    count = 0
    for _ in range(most):
        count += len(level)
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
        level = [each for each in inside if isinstance(each, dict | list) and id(cast("object", each)) not in without]
        if not level:
            return count
    raise InvalidRequest(
        f"The request body is nested more than {MOST_NESTING} levels deep. Make it flatter.", code="invalid_json"
    )


def _logprobs(value: Any) -> Iterator[list[Any]]:
    """Yield the lists of log probabilities of the messages in a body."""
    for name in ("input", "items"):
        for item in _list_in(value, name):
            for part in _list_in(item, "content"):
                if found := _list_in(part, "logprobs"):
                    yield found


def _list_in(value: Any, name: str) -> list[Any]:
    found: Any = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return cast("list[Any]", found) if isinstance(found, list) else []


def _too_many(what: str, passed: str) -> InvalidRequest:
    return InvalidRequest(f"{what} has more than {passed}. Split it, or send text as one string.", code="invalid_json")


async def aside(
    size: int, work: Callable[Arguments, Result], *given: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """Do work on so many bytes of a client's text: at once if they are few, else in a thread."""
    if size <= QUICK:
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)
