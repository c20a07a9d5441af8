"""Glyphs put together to segments: what stands on one line without a wide gap.

A segment holds its glyphs from left to right, whatever their script; marks sit on the letter below or above which they
are drawn. Wide gaps part columns and cells; which gap is only a wide space is decided later, from what stands around.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from earthshine.documents.readers.layout.glyph import Glyph, extent
from earthshine.documents.readers.layout.marks import has_mark, put_marks, without_drawn_twice
from earthshine.text.bidi import kind_of

WIDE_GAP = 0.6
"""In ems: what is wider parts two segments."""
_SAME_BASELINE = 0.12
_WIDE_SIGNS = "，。、；：！？）」』】》"
"""Chinese signs of which half is white, which may hang over the end of a column."""
_MOST_PAIRS = 1_000_000
"""Glyphs of one line times glyphs of the next, up to which they are compared."""
_RAISED_SIZE = 0.85
"""Of the letters beside them, at most, that of numbers of footnotes and exponents."""
_BEARING = 0.1
"""In ems: the white that belongs to a letter on its right, at most."""


@dataclass(slots=True)
class Segment:
    """Glyphs of one line that stand together."""

    glyphs: list[Glyph]
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    bold: bool

    @property
    def letters(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)


def segments_of(glyphs: Sequence[Glyph]) -> list[Segment]:
    """The segments of a page, from top to bottom and from left to right."""
    letters = without_drawn_twice([glyph for glyph in glyphs if not glyph.is_mark])
    lines = [line for line in _lines(letters) if any(not glyph.is_space for glyph in line)]
    lines = _with_raised(lines)
    if any(map(attrgetter("only_ink"), letters)):
        _learn_advances(lines)
    if marks := [glyph for glyph in glyphs if glyph.is_mark]:
        put_marks([glyph for line in lines for glyph in line if not glyph.is_space], marks)
    segments = [_segment(piece) for line in lines for piece in _pieces(line)]
    return sorted(segments, key=lambda segment: (segment.baseline, segment.left))


def _segment(glyphs: list[Glyph]) -> Segment:
    inked = [glyph for glyph in glyphs if not glyph.is_space]
    left, top, right, bottom = extent(inked)
    if inked[-1].text in _WIDE_SIGNS:
        right = max(inked[-1].ink_right, *(glyph.right for glyph in inked[:-1] or inked[-1:]))
    sizes = sorted(glyph.size for glyph in inked)
    baselines = sorted(glyph.baseline for glyph in inked)
    return Segment(glyphs, left, top, right, bottom, baselines[len(inked) // 2], sizes[len(inked) // 2], inked[0].bold)


def _lines(letters: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs on one baseline, each line from left to right.

    What a writer calls letter with mark may be the glyph of the mark, which stands higher or lower: such a glyph joins
    the nearest line of others, in the place where its ink is.
    """
    plain: list[Glyph] = []
    marked: list[Glyph] = []
    for glyph in letters:
        (marked if has_mark(glyph) else plain).append(glyph)
    lines: list[list[Glyph]] = []
    for glyph in sorted(plain, key=attrgetter("baseline")):
        if lines and glyph.baseline - lines[-1][-1].baseline <= _SAME_BASELINE * glyph.size:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    baselines = [line[0].baseline for line in lines]
    for glyph in marked:
        at = bisect_left(baselines, glyph.baseline)
        near = [number for number in (at - 1, at) if 0 <= number < len(lines)]
        home = min(near, key=lambda number: abs(baselines[number] - glyph.baseline), default=None)
        if home is None or abs(baselines[home] - glyph.baseline) > 0.6 * glyph.size:
            baselines.insert(at, glyph.baseline)
            lines.insert(at, [glyph])
            continue
        if abs(baselines[home] - glyph.baseline) > 0.01 * glyph.size:
            glyph.origin, glyph.floating = (glyph.ink_left + glyph.ink_right) / 2, True
        lines[home].append(glyph)
    return [_in_order(line) for line in lines]


def _in_order(line: list[Glyph]) -> list[Glyph]:
    """From left to right; spaces that hang under a letter at the end of a line are dropped."""
    line.sort(key=attrgetter("origin", "number"))
    inked = [glyph for glyph in line if not glyph.is_space]
    for at, (left, right) in enumerate(pairwise(inked)):
        # Two parts of one ligature, set on nearly the same spot: what comes first in the file is read first.
        if (
            right.origin - left.origin < 0.03 * left.size
            and left.number + 1 == right.number
            and _is_arabic(left, right)
        ):
            inked[at], inked[at + 1] = right, left
    spaces = [glyph for glyph in line if glyph.is_space]
    if not spaces:
        return inked
    origins = [glyph.origin for glyph in inked]
    for space in reversed(spaces):
        at = bisect_right(origins, space.origin)
        under = inked[max(0, at - 1) : at + 1]
        if not any(
            min(space.right, one.right) - max(space.left, one.origin) > 0.6 * (space.right - space.left)
            for one in under
        ):
            inked.insert(at, space)
            origins.insert(at, space.origin)
    return inked


def _is_arabic(left: Glyph, right: Glyph) -> bool:
    return kind_of(left.text) == kind_of(right.text) == "A"


def _learn_advances(lines: list[list[Glyph]]) -> None:
    """Say where glyphs end of which only the ink is known.

    What stands nearest to the right of the same glyph, more than once on the page, stands where its advance ends.
    """
    distances: dict[tuple[str, int, int], Counter[int]] = {}
    unsure: list[tuple[Glyph, Counter[int]]] = []
    for line in lines:
        inked = [glyph for glyph in line if not glyph.is_space]
        for left, right in pairwise(inked):
            if not left.only_ink:
                continue
            before, after = (left.ink_left - left.origin) / left.size, (left.ink_right - left.origin) / left.size
            seen = distances.setdefault((left.text, round(50 * before), round(50 * after)), Counter())
            if not left.floating and not right.floating:
                seen[round(50 * (right.origin - left.origin) / left.size)] += 1
            unsure.append((left, seen))
    for glyph, seen in unsure:
        end = glyph.ink_right + _BEARING * glyph.size
        nearest = min((distance for distance, times in seen.items() if times > 1 and distance > 0), default=None)
        glyph.right = end if nearest is None else min(end, glyph.origin + nearest / 50 * glyph.size)


def _with_raised(lines: list[list[Glyph]]) -> list[list[Glyph]]:
    """Small glyphs beside a line but off its baseline (numbers of footnotes, exponents) join it."""
    result: list[list[Glyph]] = []
    changed: set[int] = set()
    largest = [max(glyph.size for glyph in line) for line in lines]
    for at, line in enumerate(lines):
        if min(glyph.size for glyph in line) > _RAISED_SIZE * max(largest[max(0, at - 2) : at + 3]):
            result.append(line)
            continue
        neighbours = [lines[near] for near in (at - 1, at + 1, at - 2, at + 2) if 0 <= near < len(lines)]
        left_over: list[Glyph] = []
        for piece in _pieces(line):
            beside = (other for other in neighbours if len(line) * len(other) < _MOST_PAIRS)
            home = next((other for other in beside if _is_raised(piece, other)), None)
            if home is None:
                left_over += piece
            else:
                home += piece
                changed.add(id(home))
        if left_over:
            line[:] = left_over
            result.append(line)
        else:
            line.clear()
    return [_in_order(line) if id(line) in changed else line for line in result]


def _is_raised(piece: list[Glyph], line: list[Glyph]) -> bool:
    inked = [glyph for glyph in piece if not glyph.is_space]
    if not inked or not line or len(inked) > 12:
        return False
    size = max(glyph.size for glyph in inked)
    left, top, right, bottom = extent(inked)
    for glyph in line:
        if glyph.is_space or size > _RAISED_SIZE * glyph.size:
            continue
        beside = left - glyph.right < 0.5 * glyph.size and glyph.left - right < 0.5 * glyph.size
        shared = min(bottom, glyph.baseline + 0.3 * glyph.size) - max(top, glyph.baseline - 0.9 * glyph.size)
        if beside and shared > 0.5 * (bottom - top):
            return True
    return False


def _pieces(line: list[Glyph]) -> list[list[Glyph]]:
    """A line cut where the gap is wide; drawn spaces are part of the gap."""
    pieces: list[list[Glyph]] = []
    reach: float | None = None
    spaces: list[Glyph] = []
    for glyph in line:
        if glyph.is_space:
            spaces.append(glyph)
            continue
        start = glyph.left if glyph.left < glyph.ink_left else glyph.ink_left
        if reach is None or start - reach > WIDE_GAP * glyph.size:
            pieces.append([])
        else:
            pieces[-1] += spaces
        spaces = []
        pieces[-1].append(glyph)
        end = glyph.right
        if end < glyph.ink_right or glyph.text in _WIDE_SIGNS:
            end = glyph.ink_right
        if reach is None or end > reach:
            reach = end
    return pieces
