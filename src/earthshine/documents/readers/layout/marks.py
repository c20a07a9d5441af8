"""Vowel marks and accents that are drawn apart from their letters: each is given to the letter on which it sits."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left

from earthshine.documents.readers.layout.glyph import Glyph

_MOST_NEAR = 2000
"""Letters of a line among which a mark looks for its own."""
_CLEAR = 0.35
"""How much better a letter must fit a mark than the next one to be its letter without a doubt."""


def put_marks(letters: list[Glyph], marks: list[Glyph]) -> None:
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
        home.marks += (mark,)


def _fit(mark: Glyph, letter: Glyph) -> float:
    """How well a mark sits on a letter: the share of its width there, less what separates their baselines."""
    width = max(mark.ink_right - mark.ink_left, 0.01)
    left, right = min(letter.left, letter.ink_left), max(letter.right, letter.ink_right)
    shared = min(mark.ink_right, letter.right) - max(mark.ink_left, letter.left)
    off = max(0.0, abs(mark.baseline - letter.baseline) - 0.3 * letter.size) / letter.size
    middle = abs((mark.ink_left + mark.ink_right) - (left + right)) / 2 / letter.size
    return min(1.0, shared / width) - off - 0.1 * middle


def without_drawn_twice(letters: list[Glyph]) -> list[Glyph]:
    """Some writers name letter and mark for the glyph of the mark and for that of the letter: one of the two counts."""
    with_marks = [glyph for glyph in letters if has_mark(glyph)]
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


def has_mark(glyph: Glyph) -> bool:
    return len(glyph.text) > 1 and any(map(unicodedata.combining, glyph.text))
