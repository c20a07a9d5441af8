"""How far a reply has come: what to charge for one that is cut before its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from earthshine.engines.base import ChatRequest, Engine, Usage
from earthshine.errors import EarthshineError

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel
    from earthshine.harness.tally import Tally

_PATIENCE = 2.0
"""Seconds that the counting of a prompt may take."""
_BYTES_PER_TOKEN = 4
"""The usual length of a token in English; for upstreams that count only at the end, which a cut reply never sees."""


class Progress:
    """Follows one reply; `harness.chat` keeps it up to date."""

    def __init__(self) -> None:
        self.pieces = 0
        """Deltas that were given out."""
        self._tally: Tally | None = None
        self._engine: Engine | None = None
        self._request: ChatRequest | None = None

    @property
    def served_by(self) -> str:
        """The deployment that writes it; empty before the first delta."""
        return self._engine.served_by if self._engine is not None else ""

    def counted_by(self, tally: Tally, engine: Engine) -> None:
        """The harness itself counts this reply."""
        self._tally, self._engine = tally, engine

    def written_by(self, engine: Engine, request: ChatRequest) -> None:
        """The engine counts this reply, and says so at its end."""
        self._engine, self._request = engine, request

    async def usage(self) -> tuple[Usage, bool]:
        """Return what was used until now, and whether that is an estimate rather than counted.

        Called while the model is still held: the prompt may have to be counted by its tokenizer.
        """
        if self._tally is not None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._tally.usage(), False
            except (EarthshineError, TimeoutError):
                # The engine is gone, and its tokenizer with it.
                return self._tally.known, True
        engine, request = self._engine, self._request
        if engine is None or request is None:
            return Usage(), True
        try:
            async with asyncio.timeout(_PATIENCE):
                prompt = await engine.count(request)
        except (EarthshineError, TimeoutError):
            said = orjson.dumps([*request.messages, *request.tools], default=str)
            prompt = -(-len(said) // _BYTES_PER_TOKEN)
        # Nearly every server sends each token as a piece of its own.
        return Usage(prompt, 0, self.pieces), True


async def count_texts(model: LoadedModel, texts: Sequence[str | Sequence[int]]) -> tuple[int, bool]:
    """Return the tokens of raw texts together, and whether that is an estimate because the engine does not count."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return sum(
                [len(await model.engine.tokenize(text)) if isinstance(text, str) else len(text) for text in texts]
            ), False
    except (EarthshineError, TimeoutError):
        estimate = [
            -(-len(text.encode()) // _BYTES_PER_TOKEN) if isinstance(text, str) else len(text) for text in texts
        ]
        return sum(estimate), True
