"""What makes vectors of passages and queries, as far as vector stores need to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from earthshine.accounts.authorization.caller import Caller
from earthshine.errors import ModelNotFound


class PassageEmbedder(Protocol):
    """Makes vectors of unit length. Each method raises `ModelNotFound` where there is no embedding model."""

    async def passages(self, texts: Sequence[str], who: Caller) -> Sequence[Sequence[float]]:
        """Return a vector for each text that is to be found."""
        ...

    async def query(self, text: str, who: Caller) -> Sequence[float]:
        """Return the vector of what is looked for."""
        ...

    async def identity(self, who: Caller) -> tuple[str, int]:
        """Return the model's name and the length of its vectors: what vectors that are compared have in common."""
        ...


class NoEmbedder:
    """For an installation without: its stores are searched by words."""

    async def passages(self, texts: Sequence[str], who: Caller) -> Sequence[Sequence[float]]:
        """There is no model."""
        raise ModelNotFound("default-embedding", ())

    async def query(self, text: str, who: Caller) -> Sequence[float]:
        """There is no model."""
        raise ModelNotFound("default-embedding", ())

    async def identity(self, who: Caller) -> tuple[str, int]:
        """There is no model."""
        raise ModelNotFound("default-embedding", ())
