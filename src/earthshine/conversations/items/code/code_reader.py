"""The code in the arguments of a call, `{"code": "..."}`, read while a model writes them."""

from __future__ import annotations

import re
from typing import Any, cast

import orjson

_HEAD = re.compile(r'\s*\{\s*"code"\s*:\s*"')
_LONGEST_HEAD = 64
_BODY = re.compile(r'(?:[^"\\]+|\\.)*', re.DOTALL)
_CUT = re.compile(r"(?<!\\)(?:\\\\)*(?:\\u[0-9a-fA-F]{0,3}|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[0-9a-fA-F]{0,3})?)\Z")
"""A character, or half of a pair, of which the next piece may have the rest."""
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}


class CodeReader:
    """A `PieceReader` of code. A backslash that escapes nothing stands for itself: small models forget to double it."""

    def __init__(self, *, inside: bool) -> None:
        """`inside`: code was told already."""
        self._inside = inside
        self._held: list[str] = []
        self._over = False
        """The code is whole, or does not come first: nothing is told before the end."""

    def feed(self, text: str) -> str:
        """Take a piece; return the code in it, when it ends inside the code and between two characters."""
        self._held.append(text)
        if self._over:
            return ""
        held = "".join(self._held)
        start = 0
        if not self._inside:
            head = _HEAD.match(held)
            if head is None:
                self._over = len(held) > _LONGEST_HEAD
                return ""
            start = head.end()
        body = _BODY.match(held, start)
        assert body is not None
        after = held[body.end() :]
        self._over = after.startswith('"')
        if after or not body[0] or _CUT.search(body[0]):
            return ""
        self._inside, self._held = True, []
        return _plain(body[0])

    def rest(self) -> str:
        """Return the code that was held back; all that was written, where that neither is JSON nor begins so."""
        held = "".join(self._held)
        start = 0
        if not self._inside:
            try:
                given: Any = orjson.loads(held or "{}")
            except orjson.JSONDecodeError:
                head = _HEAD.match(held)
                if head is None:
                    return held
                start = head.end()
            else:
                code: Any = cast("dict[str, Any]", given).get("code") if isinstance(given, dict) else held
                return code if isinstance(code, str) else ""
        body = _BODY.match(held, start)
        assert body is not None
        return _plain(body[0])


def _plain(body: str) -> str:
    """Return the text that the inside of a JSON string stands for."""
    return _ESCAPE.sub(_character, body)


def _character(found: re.Match[str]) -> str:
    high, low, unit, short = found.groups()
    if high:
        return chr(0x10000 + (int(high, 16) - 0xD800) * 0x400 + int(low, 16) - 0xDC00)
    if unit:
        code = int(unit, 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
    return _SHORT.get(short, found[0])
