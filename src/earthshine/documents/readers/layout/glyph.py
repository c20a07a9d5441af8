"""One letter as it is drawn, with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
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
    """Where it comes in PDFium's list."""
    floating: bool = False
    """Whether only the mark of a letter is drawn here, and the letter somewhere below or above without a name."""
    only_ink: bool = False
    """Whether its advance is not known, only its ink."""
    marks: list[Glyph] = field(default_factory=list["Glyph"])

    @property
    def is_space(self) -> bool:
        return self.text.isspace()

    @property
    def is_mark(self) -> bool:
        return bool(self.text) and all(unicodedata.combining(character) for character in self.text)


def extent(glyphs: Iterable[Glyph]) -> tuple[float, float, float, float]:
    """The box around the glyphs, in their frame."""
    members = list(glyphs)
    return (
        min(min(one.left, one.ink_left) for one in members),
        min(one.top for one in members),
        max(max(one.right, one.ink_right) for one in members),
        max(one.bottom for one in members),
    )
