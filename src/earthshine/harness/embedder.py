"""Vectors for the installation's own search: passages as they are stored, and queries that look for them.

They come from `default-embedding`, through the router like any request, and are charged to whoever asked. What the
model's maker puts before a text is put on here. A text that is longer than the model reads becomes the average of its
pieces, so that nothing of it is left out.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import DEFAULT_EMBEDDING
from earthshine.engines.base import Engine
from earthshine.engines.deltas import Embeddings, Usage
from earthshine.errors import ContextLengthExceeded, EarthshineError, InvalidRequest
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.routing.router import Router

log = logging.getLogger(__name__)

_AT_ONCE = 16
"""Passages of one call: a query that comes meanwhile waits for as many at most."""

Vector = Sequence[float]


class Identity(NamedTuple):
    """What makes vectors comparable: those of another model, or another length, mean something else."""

    model: str
    """The model's name, behind the alias."""
    dimensions: int


class Embedder:
    """Makes vectors of unit length."""

    def __init__(self, router: Router, meter: Meter) -> None:
        self._router = router
        self._meter = meter
        self._dimensions: dict[str, int] = {}
        """By the model's name, as seen."""

    async def passages(self, texts: Sequence[str], who: Caller) -> list[Vector]:
        """Return a vector for each text that is to be found.

        Raises:
            ModelNotFound: there is no embedding model yet.
            EarthshineError: what `Meter.admit`, `Router.use` and `Engine.embed` raise.
        """
        made: list[Vector] = []
        for at in range(0, len(texts), _AT_ONCE):
            made += await self._embed(texts[at : at + _AT_ONCE], "document", who)
        return made

    async def queries(self, texts: Sequence[str], who: Caller) -> Sequence[Vector]:
        """Return a vector for each text that is looked for. Raises as `passages`."""
        return await self._embed(texts, "query", who)

    async def identity(self, who: Caller) -> Identity:
        """Return what made vectors must have in common with those made now. Raises as `passages`."""
        name = self._router.served(DEFAULT_EMBEDDING).model
        if name not in self._dimensions:
            await self.queries(["How long is a vector?"], who)
        return Identity(name, self._dimensions[name])

    async def answers(self, model: str) -> bool:
        """Tell whether this model makes vectors now; nobody is charged for that."""
        try:
            async with self._router.use(DEFAULT_EMBEDDING, Caller("", "")) as loaded:
                await loaded.engine.embed(["Is anybody there?"])
                return loaded.card.name == model
        except EarthshineError as error:
            log.info("files wait for vectors: %s", error.message)
            return False

    async def _embed(self, texts: Sequence[str], input_type: str, who: Caller) -> Sequence[Vector]:
        # Which models a key may be asked for with is said of what its owner writes in `model`.
        who = replace(who, models=())
        estimate = UsageEstimate(
            "embeddings", lambda: sum(map(text_bytes, texts)), output_limit=0, choices=0, prompts=len(texts)
        )
        with await self._meter.admit(who, DEFAULT_EMBEDDING, estimate) as reservation:
            async with self._router.use(DEFAULT_EMBEDDING, who) as model:
                reservation.begin()
                made = await embed_whole(model.engine, texts, model.card.prefixes.get(input_type, ""))
                used = Usage(made.prompt_tokens, estimated=made.estimated)
                reservation.settle(new_id("embd"), used, deployment=made.served_by)
                self._dimensions[model.card.name] = len(made.vectors[0])
        return made.vectors


async def embed_whole(engine: Engine, texts: Sequence[str], prefix: str = "") -> Embeddings:
    """Return a vector for each text with `prefix` before it, in as many pieces as the model needs to read all of it.

    Raises what `Engine.embed` raises, except that a text is too long.
    """
    try:
        return await engine.embed([prefix + text for text in texts])
    except InvalidRequest as error:
        if error.code != ContextLengthExceeded.default_code or (len(texts) == 1 and len(texts[0]) < len(prefix) + 2):
            raise
    if len(texts) > 1:
        middle = len(texts) // 2
        halves = [await embed_whole(engine, part, prefix) for part in (texts[:middle], texts[middle:])]
        vectors = [*halves[0].vectors, *halves[1].vectors]
    else:
        pieces = _halves(texts[0])
        halves = [await embed_whole(engine, [piece], prefix) for piece in pieces]
        vectors = [_average([half.vectors[0] for half in halves], [len(piece) for piece in pieces])]
    first, second = halves
    tokens, estimated = first.prompt_tokens + second.prompt_tokens, first.estimated or second.estimated
    return Embeddings(vectors, tokens, second.served_by, estimated)


def _halves(text: str) -> tuple[str, str]:
    """Cut a text near its middle, between words where there is a gap not far from it."""
    middle = len(text) // 2
    gap = text.rfind(" ", middle // 2, middle)
    at = middle if gap < 0 else gap + 1
    return text[:at], text[at:]


def _average(vectors: Sequence[Vector], weights: Sequence[int]) -> Vector:
    """Return the weighted mean, made of unit length."""
    mean = [
        sum(number * weight for number, weight in zip(numbers, weights, strict=True))
        for numbers in zip(*vectors, strict=True)
    ]
    length = math.hypot(*mean)
    return [number / length for number in mean] if length else mean
