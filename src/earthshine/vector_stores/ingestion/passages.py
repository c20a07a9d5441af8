"""Cutting a document into passages: on its structure, never inside a sentence where that can be helped.

The passages of a part follow each other without a gap, so every character of it is in one; `static` chunking may let
them overlap. A passage never reaches beyond its part, so that it has one page.

Tokens are estimated by script, for the tokenizers of multilingual models: four letters of a Latin, Greek or Cyrillic
word, three of another alphabet, a character and a half of Chinese or Japanese, two digits, one sign.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from earthshine.documents.document import Heading

_LATIN, _OTHER, _HAN, _DIGIT, _SIGN, _SPACE = "lohds "
_WEIGHTS = {_LATIN: 0.25, _OTHER: 1 / 3, _HAN: 2 / 3, _DIGIT: 0.5, _SIGN: 1.0, _SPACE: 1 / 64}
"""Tokens of one character; some of space, so that nothing is without bound."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """How large passages are, in tokens."""

    most: int = 360
    least: int = 180
    """From which on a passage ends at the next good place."""
    overlap: int = 0

    @classmethod
    def static(cls, most: int, overlap: int) -> Chunking:
        """Return what a client asked for: as large as can be."""
        return cls(most, max(1, most // 2), overlap)


@dataclass(frozen=True, slots=True)
class Passage:
    """Some of a part's text, with the heading that it stands under."""

    start: int
    end: int
    """Offsets into the part's text."""
    heading: str


class _Scripts(dict[int, str]):
    """One letter for what each character is, found out when it is first met; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(code)
        return kind


def _kind(code: int) -> str:
    letter = chr(code)
    if letter.isspace():
        return _SPACE
    category = unicodedata.category(letter)
    if category[0] == "N":
        return _DIGIT
    if category[0] not in "LM":
        return _SIGN
    if code < 0x530 or 0x1E00 <= code < 0x2000:
        return _LATIN
    unspaced = 0xE00 <= code < 0x1100 or 0x1780 <= code < 0x1800 or 0x2E80 <= code < 0xA4D0 or code >= 0x20000
    return _HAN if unspaced or 0xF900 <= code < 0xFB00 else _OTHER


_SCRIPTS = _Scripts()

_SECTION, _PARAGRAPH, _SENTENCE, _WORD = 3, 2, 1, 0
"""How good a place is to end a passage."""
_ENDS = re.compile(r"(?P<paragraph>\n[^\S\n]*\n\s*)|(?P<line>\n)|[.!?…؟۔][\"'”’»)\]]*\s+|[。！？][”’」』）]*|[;؛；]\s*")
_GAP = re.compile(r"\s+")
_SMALL_SECTION = 0.2
"""Of `least`: a section with fewer tokens is not worth a passage of its own, and goes on with the next."""


def cut(text: str, headings: Sequence[Heading], chunking: Chunking, heading: str = "") -> Iterator[Passage]:
    """Yield the passages of a part; `heading` is what it stands under at its beginning.

    Takes a time that grows with the text alone. A text of nothing but space has none.
    """
    if not text or text.isspace():
        return
    places = _Places(text, headings)
    start, end = 0, 0
    while end < len(text):
        before, start = end, places.back(start, end, chunking.overlap) if chunking.overlap else end
        end = places.end(start, chunking)
        if end <= before:
            # What it would have again leaves no room for anything new.
            start, end = before, places.end(before, chunking)
        yield Passage(start, end, places.heading(start, heading))


def last_heading(text: str, headings: Sequence[Heading], before: str) -> str:
    """Return the heading that stands at the end of a part, for the next one."""
    return text[headings[-1].start : headings[-1].end].strip() if headings else before


class _Places:
    """Where a text may be cut, how good each place is, and how many tokens stand before it."""

    def __init__(self, text: str, headings: Sequence[Heading]) -> None:
        self._text, self._headings = text, headings
        self._starts = [each.start for each in headings]
        ranks = dict[int, int]()
        for found in _ENDS.finditer(text):
            ranks[found.end()] = _PARAGRAPH if found["paragraph"] is not None else _SENTENCE
        ranks |= dict.fromkeys(self._starts, _SECTION)
        ranks[len(text)] = _SECTION
        ranks.pop(0, None)
        self._ends = sorted(ranks)
        self._ranks = [ranks[end] for end in self._ends]
        self._scripts = text.translate(_SCRIPTS)
        self._tokens: list[float] = []
        total, last = 0.0, 0
        for end in self._ends:
            total += self._count(last, end)
            self._tokens.append(total)
            last = end

    def _count(self, start: int, end: int) -> float:
        return sum(weight * self._scripts.count(kind, start, end) for kind, weight in _WEIGHTS.items())

    def _before(self, place: int) -> float:
        """Return the tokens before any place."""
        index = bisect_right(self._ends, place) - 1
        if index < 0:
            return self._count(0, place)
        return self._tokens[index] + self._count(self._ends[index], place)

    def end(self, start: int, chunking: Chunking) -> int:
        """Return where the passage that begins at `start` ends."""
        base = self._before(start)
        first = bisect_right(self._ends, start)
        past = bisect_right(self._tokens, base + chunking.most, lo=first)
        if past == first:
            return self._inside(start, self._ends[first], chunking.most)
        small = base + chunking.least * _SMALL_SECTION
        for index in range(bisect_left(self._tokens, small, lo=first), past):
            if self._ranks[index] == _SECTION:
                return self._ends[index]
        if past == len(self._ends):
            return len(self._text)
        large = min(bisect_left(self._tokens, base + chunking.least, lo=first), past - 1)
        return self._ends[max(range(large, past), key=lambda index: (self._ranks[index], index))]

    def _inside(self, start: int, end: int, most: int) -> int:
        """Return a place inside a sentence that is too long: after a word, or anywhere."""
        # As many characters as surely fit, and then more while they do.
        low, high = start + 1, min(end, start + most * 8)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._count(start, middle) <= most else (low, middle - 1)
        gaps = [found.end() for found in _GAP.finditer(self._text, max(start + 1, low - 200), low)]
        return gaps[-1] if gaps else low

    def back(self, start: int, end: int, overlap: int) -> int:
        """Return where the passage after one from `start` to `end` begins, to have some of it again."""
        least = self._before(end) - overlap
        first = bisect_left(self._tokens, least, lo=bisect_right(self._ends, start))
        return min(self._ends[first], end) if first < len(self._ends) else end

    def heading(self, start: int, before: str) -> str:
        """Return the heading that a place stands under; one that begins there is its own."""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return before
        heading = self._headings[index]
        return self._text[heading.start : heading.end].strip()
