"""How far a reply has come: what to charge for one that is cut before its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from earthshine.engines.base import ChatRequest, Engine, Usage
from earthshine.engines.estimates import inputs_tokens, prompt_tokens, written_tokens
from earthshine.errors import EarthshineError

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel
    from earthshine.harness.usage_counter import UsageCounter

_PATIENCE = 2.0
"""Seconds that the counting of a prompt may take."""


class Progress:
    """Follows one reply; `harness.chat` keeps it up to date."""

    def __init__(self) -> None:
        self.pieces = 0
        """Deltas that were given out."""
        self.written = 0
        """Bytes that the model wrote in them."""
        self._usage_counter: UsageCounter | None = None
        self._engine: Engine | None = None
        self._request: ChatRequest | None = None

    @property
    def served_by(self) -> str:
        """The deployment that writes it; empty before the first delta."""
        return self._engine.served_by if self._engine is not None else ""

    def counted_by(self, usage_counter: UsageCounter, engine: Engine) -> None:
        """The harness itself counts this reply."""
        self._usage_counter, self._engine = usage_counter, engine

    def written_by(self, engine: Engine, request: ChatRequest) -> None:
        """The engine counts this reply, and says so at its end."""
        self._engine, self._request = engine, request

    async def usage(self) -> tuple[Usage, bool]:
        """Return what was used until now, and whether that is an estimate rather than counted.

        Called while the model is still held: the prompt may have to be counted by its tokenizer.
        """
        if self._usage_counter is not None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._usage_counter.usage(), False
            except (EarthshineError, TimeoutError):
                # The engine is gone, and its tokenizer with it.
                return self._usage_counter.known, True
        engine, request = self._engine, self._request
        if engine is None or request is None:
            return Usage(), True
        try:
            async with asyncio.timeout(_PATIENCE):
                prompt = await engine.count(request)
        except (EarthshineError, TimeoutError):
            prompt = prompt_tokens(request)
        return Usage(prompt, 0, written_tokens(self.pieces, self.written)), True


async def count_texts(model: LoadedModel, texts: Sequence[str | Sequence[int]]) -> tuple[int, bool]:
    """Return the tokens of raw texts together, and whether that is an estimate because the engine does not count."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return sum(
                [len(await model.engine.tokenize(text)) if isinstance(text, str) else len(text) for text in texts]
            ), False
    except (EarthshineError, TimeoutError):
        return inputs_tokens(texts), True
