"""Computed prompts, saved in files from which any slot can be filled again."""

from __future__ import annotations

import itertools
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

AdapterKey = tuple[tuple[str, float], ...]
"""Which adapters, at which scale, a cache was computed with; one made with others is never used."""

TOKEN_BYTES = 4


def pack(tokens: Sequence[int]) -> bytes:
    """Return tokens as bytes, four for each, so that prefixes compare at the speed of memory."""
    return array("i", tokens).tobytes()


def common_prefix(left: bytes, right: bytes) -> int:
    """Return how many tokens two packed sequences have in common from their start."""
    low, high = 0, min(len(left), len(right)) // TOKEN_BYTES
    while low < high:
        middle = (low + high + 1) // 2
        if left[low * TOKEN_BYTES : middle * TOKEN_BYTES] == right[low * TOKEN_BYTES : middle * TOKEN_BYTES]:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(slots=True)
class SavedPrefix:
    """One file."""

    file: str
    tokens: bytes
    adapters: AdapterKey
    size: int
    used: float = field(default_factory=time.monotonic)


class PrefixCache:
    """The saved prompts of one engine process; the least recently used go when `capacity` bytes are full."""

    def __init__(self, folder: Path, capacity: int) -> None:
        """Keep files in `folder`, which the engine writes to."""
        self._folder = folder
        self._capacity = capacity
        self._entries: list[SavedPrefix] = []
        self._numbers = itertools.count(1)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self._entries)

    def has_room(self, size: int) -> bool:
        """Whether a file of `size` bytes could be kept at all."""
        return size <= self._capacity

    def new_file(self) -> str:
        """Return a name that was never used."""
        return f"{next(self._numbers)}.bin"

    def longest(self, tokens: bytes, adapters: AdapterKey) -> tuple[SavedPrefix | None, int]:
        """Return the file that shares most tokens with `tokens`, and how many."""
        best: SavedPrefix | None = None
        length = 0
        for entry in self._entries:
            if entry.adapters == adapters and (common := common_prefix(entry.tokens, tokens)) > length:
                best, length = entry, common
        return best, length

    def add(self, entry: SavedPrefix) -> None:
        """Keep a file, instead of those whose tokens it begins with, and make room for it."""
        for other in list(self._entries):
            if other.adapters == entry.adapters and entry.tokens.startswith(other.tokens):
                self.remove(other)
        while self._entries and self.size + entry.size > self._capacity:
            self.remove(min(self._entries, key=lambda kept: kept.used))
        self._entries.append(entry)

    def remove(self, entry: SavedPrefix) -> None:
        """Delete one file."""
        if entry in self._entries:
            self._entries.remove(entry)
        self.unlink(entry.file)

    def unlink(self, file: str) -> None:
        """Delete a file that may or may not be kept here."""
        for name in (file, f"{file}.ckpt"):
            (self._folder / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete all files."""
        for entry in list(self._entries):
            self.remove(entry)
