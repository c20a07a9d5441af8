"""Matches of strings in a text that is still being written, whole and partial."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def first_match(text: str, targets: Iterable[str]) -> tuple[int, int]:
    """Return start and end of the target that is complete first, or (-1, -1).

    The first to end, not the first to begin: that is what a reader of single characters would find.
    """
    found = [(at + len(target), at) for target in targets if (at := text.find(target)) >= 0]
    end, at = min(found, default=(-1, -1))
    return at, end


def partial_suffix(text: str, targets: Sequence[str]) -> int:
    """Return the length of the longest end of `text` that is a proper beginning of a target."""
    longest = max((len(target) for target in targets), default=0) - 1
    for length in range(min(longest, len(text)), 0, -1):
        end = text[-length:]
        if any(len(target) > length and target.startswith(end) for target in targets):
            return length
    return 0
