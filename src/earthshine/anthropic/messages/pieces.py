"""What a message is made of beside what one model writes: cited sentences, and blocks that the server makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earthshine.engines.deltas import Delta

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CitedText:
    """Text that is a block of its own, with its citations."""

    text: str
    citations: Sequence[Json]


@dataclass(frozen=True, slots=True)
class ServerBlock:
    """A block that comes whole: what a tool of the server was called with, or what it returned."""

    block: Json


Piece = Delta | CitedText | ServerBlock
