"""One letter as it is drawn, with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Glyph:
    """One drawn letter. Places are in the frame of the text: x grows along the line, y downwards; points."""

    text: str
    """In logical order; empty for ink that lengthens a letter (kashida)."""
    origin: float
    """Where the pen stood: glyphs of one line follow each other in this order, whatever their ink covers."""
    left: float
    right: float
    """Of its advance and its ink."""
    ink_left: float
    ink_right: float
    top: float
    bottom: float
    baseline: float
    size: float
    bold: bool
    number: int
    """Where it comes in the file."""
    floating: bool = False
    """Whether only the mark of a letter is drawn here, and the letter somewhere below or above without a name."""
    only_ink: bool = False
    """Whether its advance is not known, only its ink."""
    marks: tuple[Glyph, ...] = ()
    is_space: bool = field(init=False)
    is_mark: bool = field(init=False)
    """Whether it is only a vowel mark or an accent, or several."""

    def __post_init__(self) -> None:
        text = self.text
        self.is_space = text.isspace()
        self.is_mark = text >= "\u0300" and all(map(unicodedata.combining, text))


def extent(glyphs: Sequence[Glyph]) -> tuple[float, float, float, float]:
    """The box around the glyphs, in their frame."""
    left, top = min(glyphs[0].left, glyphs[0].ink_left), glyphs[0].top
    right, bottom = max(glyphs[0].right, glyphs[0].ink_right), glyphs[0].bottom
    for one in glyphs:
        left = min(left, one.left, one.ink_left)
        right = max(right, one.right, one.ink_right)
        top = min(top, one.top)
        bottom = max(bottom, one.bottom)
    return left, top, right, bottom
