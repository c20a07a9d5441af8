"""Which texts are one: a press release on two sites, with other headers, footers and small edits.

Runs of words are compared (of characters in scripts without spaces), within paragraphs, so that menus weigh little. Of
a text only its smallest hashes are kept (Broder, "On the resemblance and containment of documents", 1997), and a text
is compared with the first of each group that shares some: time and room grow in proportion to the texts. What is a
copy in another language, or in other words, is not found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from earthshine.harness.citations.figures import figures
from earthshine.research.weighing.calendar import days
from earthshine.text.normalization import runs

_READ = 20_000
"""Characters of a text that are compared."""
_RUN, _RUN_UNSPACED = 4, 9
"""Words, or characters of a script without spaces, that are compared as one."""
_KEPT = 512
"""Hashes of a text."""
_LEAST_PARAGRAPH = 6
"""Words that a line has at least; shorter ones are menus, headings and buttons."""
_CONTAINED, _CONTAINED_SHORT, _SHORT = 0.7, 0.85, 64
"""Share of the shorter text that stands in the longer one; more of texts with few runs, of which phrases are much."""
_SIZES = 6
"""Times that the longer text is longer, at most: what quotes a note at length is not the note."""
_ALONE, _ALONE_HAN, _HAN = 60, 16, re.compile("[\u4e00-\u9fff]")
"""Characters of a line that is a heading, or says when and where a text stands."""
_AT_ONCE = 32
"""Groups that are looked for by one hash."""
_UNLIKE = 0x9E3779B1
"""Spreads hashes of like texts (Knuth's multiplier)."""


@dataclass(frozen=True, slots=True)
class _Sketch:
    size: int
    kept: frozenset[int]
    """The smallest hashes."""
    largest: int
    figures: frozenset[str]


def group(texts: Sequence[str]) -> list[int]:
    """Return, for each text, the number of the first that is the same; its own where none is."""
    sketches = [_sketch(text) for text in texts]
    firsts: dict[int, list[int]] = {}
    groups: list[int] = []
    for place, sketch in enumerate(sketches):
        met = Counter(other for each in sketch.kept for other in firsts.get(each, ()))
        likely = [(_contained(sketch, sketches[other]), -other) for other, _ in met.most_common(_AT_ONCE)]
        best, first = max(likely, default=(0.0, 0))
        groups.append(-first if best > 0 else place)
        if groups[-1] == place:
            for each in sketch.kept:
                known = firsts.setdefault(each, [])
                if len(known) < _AT_ONCE:
                    known.append(place)
    return groups


def _sketch(text: str) -> _Sketch:
    text = text[:_READ]
    hashes = set(_hashes(text))
    kept = sorted(hashes)[:_KEPT]
    told = frozenset(
        each
        for line in text.split("\n")
        if len(line) > (_ALONE_HAN if _HAN.search(line) else _ALONE)
        for each in _figures(line)
    )
    return _Sketch(len(hashes), frozenset(kept), kept[-1] if kept else 0, told)


def _figures(line: str) -> Iterator[str]:
    """Yield the figures of a paragraph but those of its days, which each site writes for itself."""
    taken = [(each.start, each.end) for each in days(line)]
    for figure in figures(line):
        if figure.end - figure.start > 1 and not any(start <= figure.start < end for start, end in taken):
            yield min(figure.readings)


def _hashes(text: str) -> Iterator[int]:
    for line in text.split("\n"):
        words: list[str] = []
        unspaced = 0
        for run in runs(line):
            words += run.tokens
            unspaced += run.unspaced
        size = _RUN_UNSPACED if unspaced * 2 > len(words) else _RUN
        if len(words) >= max(_LEAST_PARAGRAPH, size):
            for place in range(len(words) - size + 1):
                yield crc32(" ".join(words[place : place + size]).encode()) * _UNLIKE & 0xFFFFFFFF


def _contained(one: _Sketch, other: _Sketch) -> float:
    """Return about which share of the shorter text stands in the longer one; 0 where the two are not one."""
    small, large = sorted((one.size, other.size))
    if not small or large > _SIZES * small:
        return 0.0
    # Below the smaller of the two largest hashes both sketches are whole, so that shares there are those of the texts.
    border = min(each.largest if each.size > _KEPT else 0xFFFFFFFF for each in (one, other))
    mine = {each for each in one.kept if each <= border}
    theirs = {each for each in other.kept if each <= border}
    # Of one pattern, about two things; or a copy in which somebody has changed a figure, which is a word of his own.
    if one.figures - other.figures and other.figures - one.figures:
        return 0.0
    share = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    return share if share >= (_CONTAINED_SHORT if small < _SHORT else _CONTAINED) else 0.0
