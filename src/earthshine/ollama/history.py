"""The `context` of `/api/generate`: numbers that carry a conversation from one call to the next.

To clients they mean nothing. Ollama's own are the tokens of the prompt; these are the messages, packed, so that they
work with every model, also one that runs elsewhere.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from sys import byteorder
from typing import Any, cast

import orjson

from earthshine.errors import InvalidRequest

Json = dict[str, Any]

_MARK = 0xEA57
"""The first number of ours."""
_MOST = 2**24
"""Bytes of an unpacked conversation."""


def pack(messages: Sequence[Json]) -> list[int]:
    """Return what is said in some messages as numbers; pictures are left out."""
    told = [{"role": each["role"], "content": _words(each["content"])} for each in messages if each["role"] != "system"]
    data = zlib.compress(orjson.dumps(told))
    halves = array("H", data + b"\0" * (len(data) % 2))
    if byteorder == "big":
        halves.byteswap()
    return [_MARK, len(data), *halves]


def unpack(context: Sequence[int]) -> list[Json]:
    """Return the messages in such numbers. Raises `InvalidRequest` for any others."""
    try:
        mark, length, *numbers = context
        halves = array("H", numbers)
        if byteorder == "big":
            halves.byteswap()
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(halves.tobytes()[:length], _MOST)
        if mark != _MARK or unpacker.unconsumed_tail or not unpacker.eof:
            raise ValueError
        messages = cast("list[Any]", orjson.loads(data))
        return [{"role": _role(each), "content": str(each["content"])} for each in messages]
    except (ValueError, OverflowError, KeyError, TypeError, zlib.error):
        raise InvalidRequest(
            "This `context` is not one that a reply of this server had. Leave it out, or use /api/chat with the "
            "messages themselves.",
            param="context",
        ) from None


def _role(message: Any) -> str:
    if message["role"] not in ("user", "assistant"):
        raise ValueError
    return message["role"]


def _words(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
