"""Finding strings in a text that is still being written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def first(text: str, needles: Iterable[str]) -> tuple[int, int]:
    """Return start and end of the needle that is complete first, or (-1, -1).

    The first to end, not the first to begin: that is what a reader of single characters would find.
    """
    found = [(at + len(needle), at) for needle in needles if (at := text.find(needle)) >= 0]
    end, at = min(found, default=(-1, -1))
    return at, end


def open_end(text: str, needles: Sequence[str]) -> int:
    """Return the length of the longest end of `text` that is a proper beginning of a needle."""
    longest = max((len(needle) for needle in needles), default=0) - 1
    for length in range(min(longest, len(text)), 0, -1):
        end = text[-length:]
        if any(len(needle) > length and needle.startswith(end) for needle in needles):
            return length
    return 0
