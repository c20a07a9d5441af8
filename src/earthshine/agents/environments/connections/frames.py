"""What the server and a connector say to each other: JSON objects, each about one command by its number.

The server sends `run` (with `argv`, `env`, `cwd`), `stdin` (with `data`; without, it is the end), `kill`, `pause` and
`resume`. The connector sends one `hello` (with `inside`, its workspace), then `out`, `err` (with `data`) and `exit`
(with `code`, or with `stopped`).
"""

from __future__ import annotations

import base64
from typing import Any, cast

import orjson

Json = dict[str, Any]

PIECE = 2**16
"""Most bytes of one piece of a stream."""
LONGEST = 2**20
"""Bytes of a message; a command line has its own, smaller bound."""


def encode(kind: str, number: int, **fields: Any) -> bytes:
    """Return a message."""
    return orjson.dumps({kind: number, **fields})


def packed(data: bytes) -> str:
    """Return bytes as a message has them."""
    return base64.b64encode(data).decode()


def decode(message: bytes) -> Json:
    """Read a message. Raises `ValueError` for what is none."""
    if len(message) > LONGEST:
        raise ValueError("a message is too long")
    found: Any = orjson.loads(message)
    if not isinstance(found, dict):
        raise ValueError("a message is no object")
    return cast("Json", found)


def unpacked(message: Json) -> bytes:
    """Return the bytes of a message. Raises `ValueError`."""
    data: Any = message.get("data")
    if not isinstance(data, str):
        raise ValueError("a piece has no data")
    return base64.b64decode(data, validate=True)
