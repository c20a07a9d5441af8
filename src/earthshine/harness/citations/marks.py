"""The marks of a text that cites, `[4]`, `[4-6]`, `[4, 7]`, in any digits and brackets; and code, which has none."""

from __future__ import annotations

import re

LONGEST = 120
_MOST_RANGES = 16
"""Ranges in one pair of brackets."""
_MOST_SENTENCES = 40
"""Sentences of one range."""

OPEN = r"\[\uff3b【"
_CLOSE, _DASH, _COMMA = r"\]\uff3d】", "–—‑~-", ",،、;；"
_NUMBERS = rf"[^\S\n]*\d{{1,6}}(?:[^\S\n]*[{_DASH}][^\S\n]*\d{{1,6}})?[^\S\n]*"
MARK = re.compile(rf"[{OPEN}]({_NUMBERS}(?:[{_COMMA}]{_NUMBERS})*)[{_CLOSE}]")
MAY_BE_MARK = re.compile(rf"[{OPEN}](?:[^\S\n]|[\d{_COMMA}{_DASH}])*\Z")
_RANGE = re.compile(rf"(\d{{1,6}})(?:\s*[{_DASH}]\s*(\d{{1,6}}))?")
_TICKS = re.compile("`+")


def ranges(numbers: str) -> list[tuple[int, int]]:
    """Return the first and last number of each range that stands in a mark."""
    found = [(int(each[1]), int(each[2] or each[1])) for each in list(_RANGE.finditer(numbers))[:_MOST_RANGES]]
    return [(first, max(first, min(last, first + _MOST_SENTENCES - 1))) for first, last in found]


def inline_code_end(text: str, start: int, ticks: int, most: int) -> int:
    """Return where code ends that so many ticks begin at `start`: on the same line, after `most` characters at most.

    -1 where it does not.
    """
    line = text.find("\n", start, start + most)
    end = text.find("`" * ticks, start + ticks, line if line >= 0 else start + most)
    return end + ticks if end >= 0 else -1


def in_fence(text: str, most: int) -> bool:
    """Tell whether a text ends inside a block of code."""
    place = 0
    while found := _TICKS.search(text, place):
        ticks = len(found[0])
        if ticks < 3:
            end = inline_code_end(text, found.start(), ticks, most)
            place = end if end >= 0 else found.end()
            continue
        end = text.find("```", found.end())
        if end < 0:
            return True
        place = end + 3
    return False
