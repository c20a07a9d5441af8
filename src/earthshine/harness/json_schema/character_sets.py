"""The characters that the shorthands of regular expressions stand for, as inclusive ranges of code points."""

from __future__ import annotations

from functools import cache

from earthshine.harness.grammar.nodes import LAST_CODE_POINT

Ranges = list[tuple[int, int]]

_DIGITS: Ranges = [(0x30, 0x39)]
_WORD: Ranges = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
_SPACE: Ranges = [
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
]  # fmt: skip
LINE_ENDS: Ranges = [(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)]
SHORTHANDS = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_LAST_DIGITS = 0x1FC00
"""Behind the last block of Unicode that has decimal digits."""


@cache
def widest(shorthand: str) -> Ranges:
    """Return all that some validator takes for a member of `\\d`, `\\w` or `\\s`."""
    match shorthand:
        case "d":
            return [(code, code) for code in range(_LAST_DIGITS) if chr(code).isdecimal()]
        case "w":
            return [*_WORD, (0x80, LAST_CODE_POINT)]
        case _:
            return [*_SPACE, (0x1C, 0x1F), (0x85, 0x85)]
