"""What a picture is once it may be shown to a model, and how large it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Detail = Literal["low", "high", "auto", "original"]
"""How exactly a model is to look, as the API names it."""

LONGEST: dict[Detail, int] = {"low": 512, "auto": 1024, "high": 2048, "original": 2048}
"""Pixels of the longer side at most; a larger picture is scaled down. A model turns about 28 by 28 pixels into a token,
so these are some 330, 1,300 and 5,300 tokens of a square."""
SHORTEST = 32
"""Pixels of the shorter side at least; a smaller or very narrow picture gets white around it, as models cut pictures
into squares of about this size."""
MOST_BYTES = 20 * 2**20
"""Of a picture as it comes."""
MOST_PIXELS = 50_000_000
"""Of a picture as it comes: what cameras make, and 200 MB when it is unpacked."""
MOST_AT_ONCE = 64
"""Pictures of one request."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a model is shown it: upright, opaque, and no larger than it should be."""

    data: bytes
    """A PNG file that we wrote ourselves."""
    width: int
    height: int
    sha256: bytes
    """Of `data`: equal pictures are computed once."""


def kind_of(data: bytes) -> str:
    """Return what a picture's first bytes say that it is, as media types name it; `png` for what they do not know."""
    if data.startswith(b"\xff\xd8"):
        return "jpeg"
    if data[8:12] == b"WEBP":
        return "webp"
    return "gif" if data.startswith(b"GIF8") else "png"
