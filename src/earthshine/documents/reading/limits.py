"""What the reading of one file may take and give."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading, each refused with a reason of its own."""

    size: int = 512 * MIB
    """Bytes of a file."""
    memory: int = 1536 * MIB
    """Bytes of address space of the child that reads."""
    parts: int = 20_000
    """Parts of a document: pages, slides, pieces of a long text."""
    characters: int = 50_000_000
    """Characters of a document."""
    part_characters: int = 400_000
    """Characters of a part; more are cut, and the part says so."""
    patience: float = 120.0
    """Seconds without a new part after which a reading is given up; seconds of processor for one part too."""
    seconds: float = 600.0
    """Seconds for a document, and `seconds_each` for each of its parts."""
    seconds_each: float = 20.0
