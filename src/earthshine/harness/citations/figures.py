"""The figures of a text, in any digits and with any separators, so that two texts can be compared by them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?![\d])(?:[.,٫]\d+)?|\d+(?:[.,'’٫٬·/:-]\d+)*")
"""A space parts groups of three only: two numbers that follow each other are two."""
_ENTRY = re.compile(r"^[^\S\n]*\(?\d{1,3}[.)、](?=[^\S\n])", re.MULTILINE)
"""The number of an entry of a list is no figure."""
_GROUPED = re.compile(r"\d{1,3}(?:\D\d{2,3})*\D\d{3}")
"""Groups of three, or of two and three as in India."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text."""

    start: int
    end: int
    readings: frozenset[str]
    """What it may mean: `1,234` is 1234 to some and 1.234 to others."""


def figures(text: str) -> Iterator[Figure]:
    """Yield the figures of a text in order."""
    entries = {found.start() + len(found[0]) - len(found[0].lstrip(" \t(")) for found in _ENTRY.finditer(text)}
    for found in _NUMBER.finditer(text):
        if found.start() not in entries:
            yield Figure(found.start(), found.end(), _readings(found[0]))


def missing(text: str, passages: Iterable[str]) -> list[Figure]:
    """Return the figures of a text that stand in none of some passages."""
    asked = list(figures(text))
    if not asked:
        return []
    there = frozenset[str]().union(*map(readings, passages))
    return [each for each in asked if not each.readings & there]


@lru_cache(maxsize=4096)
def readings(text: str) -> frozenset[str]:
    """Return what the figures of a text may mean, and their parts: the year of a date may be said without its day."""
    found: set[str] = set()
    for number in _NUMBER.findall(text):
        found |= _readings(number)
        found.update(_plain(part) for part in re.split(r"\D", number) if part)
    return frozenset(found)


def _readings(number: str) -> frozenset[str]:
    digits = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in number)
    parts, separators = re.split(r"\D", digits), re.findall(r"\D", digits)
    if not separators:
        return frozenset((_plain(digits),))
    found: set[str] = set()
    if _GROUPED.fullmatch(digits) and len(set(separators)) == 1 and separators[0] not in "٫/:-":
        found.add(_plain("".join(parts)))
    whole, fraction = parts[:-1], parts[-1]
    alike = len(set(separators[:-1])) <= 1 and separators[-1] not in separators[:-1]
    if separators[-1] in ".,٫" and alike and not set(separators) & set("/:-"):
        found.add(_decimal("".join(whole), fraction))
    # A date, a version, a section: its parts, whatever stands between them.
    return frozenset(found) or frozenset((":".join(map(_plain, parts)),))


def _plain(digits: str) -> str:
    return "".join(str(unicodedata.decimal(each)) for each in digits).lstrip("0") or "0"


def _decimal(whole: str, fraction: str) -> str:
    rest = fraction.rstrip("0")
    return f"{_plain(whole)}.{rest}" if rest else _plain(whole)
