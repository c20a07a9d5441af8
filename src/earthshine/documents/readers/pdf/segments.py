"""Glyphs put together to segments: what stands on one line without a wide gap.

A segment holds its glyphs from left to right, whatever their script; marks sit on the letter below or above which they
are drawn. Wide gaps part columns and cells; which gap is only a wide space is decided later, from what stands around.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from earthshine.documents.readers.pdf.glyphs import Glyph, extent
from earthshine.text.bidi import kind_of

WIDE_GAP = 0.6
"""In ems: what is wider parts two segments."""
_SAME_BASELINE = 0.12
_WIDE_SIGNS = "，。、；：！？）」』】》"
"""Chinese signs of which half is white, which may hang over the end of a column."""
_MOST_PAIRS = 1_000_000
"""Glyphs of one line times glyphs of the next, up to which they are compared."""
_MOST_NEAR = 2000
"""Letters of a line among which a mark looks for its own."""
_BEARING = 0.1
"""In ems: the white that belongs to a letter on its right, at most."""
_CLEAR = 0.35
"""How much better a letter must fit a mark than the next one to be its letter without a doubt."""
_LOOSE_ACCENTS = {
    "´": "\u0301",
    "`": "\u0300",
    "ˆ": "\u0302",
    "¨": "\u0308",
    "˜": "\u0303",
    "¸": "\u0327",
    "ˇ": "\u030c",
}


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
    letters = [glyph for glyph in glyphs if not glyph.is_mark]
    marks = [glyph for glyph in glyphs if glyph.is_mark]
    letters = _without_drawn_twice(letters)
    lines = [line for line in _lines(letters) if any(not glyph.is_space for glyph in line)]
    lines = _with_raised(lines)
    _learn_advances(lines)
    _put_marks([glyph for line in lines for glyph in line if not glyph.is_space], marks)
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


def _without_drawn_twice(letters: list[Glyph]) -> list[Glyph]:
    """Some writers name letter and mark for the glyph of the mark and for that of the letter: one of the two counts."""
    with_marks = [glyph for glyph in letters if _has_mark(glyph)]
    if not with_marks:
        return letters
    by_text: dict[str, list[Glyph]] = {}
    for glyph in with_marks:
        by_text.setdefault("".join(sorted(glyph.text)), []).append(glyph)
    twice: set[int] = set()
    for same in by_text.values():
        same.sort(key=lambda glyph: (glyph.bottom - glyph.top) * (glyph.right - glyph.left), reverse=True)
        kept: list[Glyph] = []
        for glyph in same:
            if any(_on_top(glyph, other) for other in kept):
                twice.add(id(glyph))
            else:
                kept.append(glyph)
    return [glyph for glyph in letters if id(glyph) not in twice]


def _on_top(mark: Glyph, letter: Glyph) -> bool:
    shared = min(mark.ink_right, letter.ink_right) - max(mark.ink_left, letter.ink_left)
    near = abs(mark.baseline - letter.baseline) < letter.size
    return near and shared >= 0.5 * min(mark.ink_right - mark.ink_left, letter.ink_right - letter.ink_left)


def _lines(letters: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs on one baseline, each line from left to right.

    What a writer calls letter with mark may be the glyph of the mark, which stands higher or lower: such a glyph joins
    the nearest line of others, in the place where its ink is.
    """
    plain = [glyph for glyph in letters if not _has_mark(glyph)]
    lines: list[list[Glyph]] = []
    for glyph in sorted(plain, key=lambda glyph: glyph.baseline):
        if lines and glyph.baseline - lines[-1][-1].baseline <= _SAME_BASELINE * glyph.size:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    baselines = [line[0].baseline for line in lines]
    for glyph in letters:
        if not _has_mark(glyph):
            continue
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
    line.sort(key=lambda glyph: (glyph.origin, glyph.number))
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


def _has_mark(glyph: Glyph) -> bool:
    return len(glyph.text) > 1 and any(map(unicodedata.combining, glyph.text))


def _with_raised(lines: list[list[Glyph]]) -> list[list[Glyph]]:
    """Small glyphs beside a line but off its baseline (numbers of footnotes, exponents) join it."""
    result: list[list[Glyph]] = []
    for at, line in enumerate(lines):
        neighbours = [lines[near] for near in (at - 1, at + 1, at - 2, at + 2) if 0 <= near < len(lines)]
        left_over: list[Glyph] = []
        for piece in _pieces(line):
            beside = (other for other in neighbours if len(line) * len(other) < _MOST_PAIRS)
            home = next((other for other in beside if _is_raised(piece, other)), None)
            if home is None:
                left_over += piece
            else:
                home += piece
        if left_over:
            line[:] = left_over
            result.append(line)
        else:
            line.clear()
    return [_in_order(line) for line in result]


def _is_raised(piece: list[Glyph], line: list[Glyph]) -> bool:
    inked = [glyph for glyph in piece if not glyph.is_space]
    if not inked or not line or len(inked) > 12:
        return False
    size = max(glyph.size for glyph in inked)
    left, top, right, bottom = extent(inked)
    for glyph in line:
        if glyph.is_space or size > 0.85 * glyph.size:
            continue
        beside = left - glyph.right < 0.5 * glyph.size and glyph.left - right < 0.5 * glyph.size
        shared = min(bottom, glyph.baseline + 0.3 * glyph.size) - max(top, glyph.baseline - 0.9 * glyph.size)
        if beside and shared > 0.5 * (bottom - top):
            return True
    return False


def _put_marks(letters: list[Glyph], marks: list[Glyph]) -> None:
    """Give each mark to the letter on which it sits.

    Where two letters could carry it, the file's order decides: a writer names marks always before, or always after,
    their letters, and the clear cases of the page tell which.
    """
    by_baseline = sorted((glyph for glyph in letters if glyph.text[:1].isalpha()), key=lambda glyph: glyph.baseline)
    baselines = [glyph.baseline for glyph in by_baseline]
    choices: list[tuple[Glyph, list[tuple[float, Glyph]]]] = []
    after = 0
    for mark in sorted(marks, key=lambda mark: mark.number):
        start = bisect_left(baselines, mark.baseline - mark.size)
        end = min(bisect_left(baselines, mark.baseline + mark.size), start + _MOST_NEAR)
        near = [
            (_fit(mark, glyph), glyph)
            for glyph in by_baseline[start:end]
            if glyph.left - mark.size < mark.ink_right and mark.ink_left < glyph.right + mark.size
        ]
        near.sort(key=lambda choice: -choice[0])
        if near:
            choices.append((mark, near))
        if near and (len(near) == 1 or near[0][0] - near[1][0] > _CLEAR):
            after += (near[0][1].number == mark.number - 1) - (near[0][1].number == mark.number + 1)
    for mark, near in choices:
        best = near[0][0]
        usual = mark.number - 1 if after > 0 else mark.number + 1
        home = next((glyph for fit, glyph in near if best - fit <= _CLEAR and glyph.number == usual), near[0][1])
        home.marks.append(mark)


def _fit(mark: Glyph, letter: Glyph) -> float:
    """How well a mark sits on a letter: the share of its width there, less what separates their baselines."""
    width = max(mark.ink_right - mark.ink_left, 0.01)
    left, right = min(letter.left, letter.ink_left), max(letter.right, letter.ink_right)
    shared = min(mark.ink_right, letter.right) - max(mark.ink_left, letter.left)
    off = max(0.0, abs(mark.baseline - letter.baseline) - 0.3 * letter.size) / letter.size
    middle = abs((mark.ink_left + mark.ink_right) - (left + right)) / 2 / letter.size
    return min(1.0, shared / width) - off - 0.1 * middle


def _pieces(line: list[Glyph]) -> list[list[Glyph]]:
    """A line cut where the gap is wide; drawn spaces are part of the gap."""
    pieces: list[list[Glyph]] = []
    reach: float | None = None
    spaces: list[Glyph] = []
    for glyph in line:
        if glyph.is_space:
            spaces.append(glyph)
            continue
        start = min(glyph.left, glyph.ink_left)
        if reach is None or start - reach > WIDE_GAP * glyph.size:
            pieces.append([])
        else:
            pieces[-1] += spaces
        spaces = []
        pieces[-1].append(glyph)
        end = glyph.ink_right if glyph.text in _WIDE_SIGNS else max(glyph.right, glyph.ink_right)
        reach = end if reach is None else max(reach, end)
    return pieces
