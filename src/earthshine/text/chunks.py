"""Long texts cut into overlapping chunks, to be indexed one by one."""

from __future__ import annotations

from collections.abc import Iterator

SIZE = 4000
"""Characters of a chunk at most. A query finds what stands together in one."""
_OVERLAP = 200
"""Characters at the end of one that the next one begins with, so that a phrase is not cut in two."""


def chunks(text: str) -> Iterator[str]:
    """Cut a text into chunks, where it can be at a space."""
    # PostgreSQL takes no NUL, and nobody looks for one.
    text = text.replace("\0", " ")
    start = 0
    while len(text) - start > SIZE:
        end = start + SIZE
        cut = max(text.rfind(gap, end - _OVERLAP, end) for gap in ("\n", " "))
        end = end if cut < 0 else cut + 1
        yield text[start:end]
        back = text.find(" ", end - _OVERLAP, end)
        start = end - _OVERLAP if back < 0 else back + 1
        # A word of hundreds of characters: nothing overlaps, and everything goes on.
        start = end if end - start > _OVERLAP else start
    if text[start:].strip():
        yield text[start:]
