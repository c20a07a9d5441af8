"""How far a reply has come: what to charge for one that is cut before its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from earthshine.engines.deltas import Delta, Usage
from earthshine.engines.estimates import inputs_tokens, prompt_tokens, written_tokens
from earthshine.engines.requests import ChatRequest
from earthshine.errors import EarthshineError

_PATIENCE = 2.0
"""Seconds that the counting of a prompt may take."""

Count = Callable[[ChatRequest], Awaitable[int]]


class Counter(Protocol):
    """Counts the tokens of a reply while it is written."""

    async def usage(self) -> Usage:
        """Return what was used until now; the prompt may have to be counted."""
        ...

    @property
    def known(self) -> Usage:
        """What was counted until now, without asking anybody."""
        ...


class Progress:
    """Follows one reply, and is kept up to date by what it passes on its way."""

    def __init__(self) -> None:
        self.pieces = 0
        """Deltas that were given out."""
        self.served_by = ""
        """The deployment that writes it; empty before the first delta."""
        self._raw: list[str] = []
        self._counter: Counter | None = None
        self._count: Count | None = None
        self._request: ChatRequest | None = None

    @property
    def written(self) -> str:
        """What the model wrote in these deltas."""
        return "".join(self._raw)

    def begun(self, count: Count, request: ChatRequest) -> None:
        """An engine is asked; `count` tells the tokens of its prompt."""
        self._count, self._request, self._counter = count, request, None

    def counted_by(self, counter: Counter) -> None:
        """The tokens of this reply are counted while it is written."""
        self._counter = counter

    def note(self, batch: Sequence[Delta]) -> None:
        """Some deltas are given out."""
        self.pieces += len(batch)
        self._raw += [delta.raw for delta in batch]

    async def usage(self) -> tuple[Usage, bool]:
        """Return what was used until now, and whether that is an estimate rather than counted.

        Called while the model is still held: the prompt may have to be counted by its tokenizer.
        """
        if self._counter is not None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._counter.usage(), False
            except (EarthshineError, TimeoutError):
                # The engine is gone, and its tokenizer with it.
                return self._counter.known, True
        if self._count is None or self._request is None:
            return Usage(), True
        try:
            async with asyncio.timeout(_PATIENCE):
                prompt = await self._count(self._request)
        except (EarthshineError, TimeoutError):
            prompt = prompt_tokens(self._request)
        return Usage(prompt, 0, written_tokens(self.pieces, len(self.written.encode(errors="replace")))), True


async def count_texts(
    tokenize: Callable[[str], Awaitable[Sequence[int]]], texts: Sequence[str | Sequence[int]]
) -> tuple[int, bool]:
    """Return the tokens of raw texts together, and whether that is an estimate because the engine does not count."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return sum([len(await tokenize(text)) if isinstance(text, str) else len(text) for text in texts]), False
    except (EarthshineError, TimeoutError):
        return inputs_tokens(texts), True
