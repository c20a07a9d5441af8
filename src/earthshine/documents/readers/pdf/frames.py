"""Places in the frame of a text: x grows along its lines and y downwards, however the text is turned on the page."""

from __future__ import annotations

Rectangle = tuple[float, float, float, float]


def framed(turn: int, x: float, y: float) -> tuple[float, float]:
    """A place of the page (y upwards) in the frame of text that is turned by so many quarters against the clock."""
    return ((x, -y), (y, x), (-x, y), (-y, -x))[turn]


def framed_box(turn: int, left: float, bottom: float, right: float, top: float) -> Rectangle:
    """A box of the page as left, top, right, bottom in the frame; and the other way round, being its own inverse."""
    (x0, y0), (x1, y1) = framed(turn, left, bottom), framed(turn, right, top)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
