"""What a recognizer of text is, and what it saw in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from earthshine.documents.document import Box

DPI = 200
"""The density at which pages are shown to a recognizer; what a picture without a page is taken to have."""


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line of text in a picture."""

    text: str
    """In logical order."""
    box: Box
    """Left, top, right, bottom in pixels."""
    score: float
    """How sure the recognizer is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is written in a picture."""

    width: int
    height: int
    """Of the picture, in pixels."""
    lines: Sequence[SeenLine]

    @property
    def score(self) -> float:
        """How sure the recognizer is, by the width of the lines."""
        widths = [line.box[2] - line.box[0] for line in self.lines]
        return sum(width * line.score for width, line in zip(widths, self.lines, strict=True)) / max(1e-9, sum(widths))


class Recognizer(Protocol):
    """Reads pictures."""

    def recognize(self, picture: bytes) -> Seen | None:
        """Return what is written in a picture, in any usual format; None where it cannot be read."""
        ...
