"""How quick a build is on this machine, and whether it writes as the wheel does: measured as it would serve."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from earthshine.catalog.card import Card
from earthshine.engines.deltas import Piece
from earthshine.engines.llamacpp.builds.build import Build
from earthshine.engines.llamacpp.builds.figures import Figures
from earthshine.engines.llamacpp.devices.layout import laid_out
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.requests import CompletionRequest, Sampling
from earthshine.settings import Settings

READ, WRITTEN = 512, 48
"""Tokens of a prompt, and of a reply."""
_PROVED = "The moon pulls the water of the sea, so that twice a day it comes up the beach. A tide is"
_SAME = 24
"""Tokens that are compared."""
_RIVALS, _AS_LIKELY = 5, 0.7
"""Natural logarithm: a word that is half as likely as the likeliest may come next."""


@dataclass(frozen=True, slots=True)
class _Round:
    reads: float
    writes: float


class Contest:
    """Builds that take turns with one model, so that a busy minute is not one build's alone."""

    def __init__(self, card: Card, settings: Settings, rounds: int = 3) -> None:
        """Measure with the model of `card`; each build serves it `rounds` times."""
        self._card, self._settings, self._rounds = card, settings, rounds

    async def measure(self, builds: Sequence[Build]) -> AsyncIterator[tuple[Build, int, _Round]]:
        """Yield each round of each build as it is done."""
        for number in range(self._rounds):
            for build in builds if number % 2 == 0 else builds[::-1]:
                async with self._serving(build) as engine:
                    yield build, number, await _round(engine, number)

    async def words(self, build: Build) -> list[int]:
        """Return the tokens of a fixed text and of what a build writes after it, the likeliest each time."""
        async with self._serving(build) as engine:
            text, _ = await _written(engine, CompletionRequest(_PROVED, Sampling(temperature=0, max_tokens=_SAME)))
            return await engine.tokenize(_PROVED + text)

    async def agreement(self, build: Build, words: Sequence[int]) -> tuple[int, int]:
        """Return of how many of these tokens a build says that they may come next, and how many it was asked about.

        Each is asked about after those before it: two builds round otherwise, and after one other word all differ.
        """
        async with self._serving(build) as engine:
            begun = len(await engine.tokenize(_PROVED))
            agreed = 0
            for place in range(begun, len(words)):
                sampling = Sampling(temperature=0, max_tokens=1, logprobs=_RIVALS)
                _, said = await _written(engine, CompletionRequest(tuple(words[:place]), sampling))
                word = await engine.detokenize([words[place]])
                top = said[0].logprobs[0].top if said and said[0].logprobs else ()
                best = max((each.logprob for each in top), default=0.0)
                agreed += any(each.token == word and each.logprob >= best - _AS_LIKELY for each in top)
            return agreed, len(words) - begun

    @asynccontextmanager
    async def _serving(self, build: Build) -> AsyncGenerator[LlamaCpp]:
        settings = self._settings.model_copy(update={"slots": 1, "context": 2048})
        shape = await asyncio.to_thread(laid_out, self._card, settings, build.program)
        engine = LlamaCpp(self._card, shape, build)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.close()


async def compare(card: Card, settings: Settings, builds: Sequence[Build], rounds: int = 3) -> list[Figures]:
    """Measure builds, the first of which is the wheel's: each round in turn, and medians of the rounds."""
    contest = Contest(card, settings, rounds)
    right = await contest.words(builds[0])
    agree = {build.name: await contest.agreement(build, right) for build in builds}
    seen: dict[str, list[_Round]] = {}
    async for build, _, figures in contest.measure(builds):
        seen.setdefault(build.name, []).append(figures)
    return [
        Figures(
            build=build.name,
            version=build.version,
            model=card.name,
            reads=round(statistics.median(each.reads for each in seen[build.name]), 1),
            writes=round(statistics.median(each.writes for each in seen[build.name]), 1),
            agrees=agree[build.name][0],
            of=agree[build.name][1],
            measured=int(time.time()),
        )
        for build in builds
    ]


async def _written(engine: LlamaCpp, request: CompletionRequest) -> tuple[str, list[Piece]]:
    """Return what an engine writes."""
    pieces: list[Piece] = []
    async for batch in engine.complete(request):
        pieces += [item for item in batch if isinstance(item, Piece)]
    return "".join(piece.text for piece in pieces), pieces


async def _round(engine: LlamaCpp, seed: int) -> _Round:
    """Read a prompt that was never read, and write after it."""
    words = random.Random(seed).choices(
        ("sea", "moon", "tower", "bridge", "car", "house", "of", "the", "and"), k=2 * READ
    )
    tokens = (await engine.tokenize(" ".join(words)))[:READ]
    request = CompletionRequest(tuple(tokens), Sampling(temperature=0, max_tokens=WRITTEN, ignore_eos=True))
    begun, times, written = time.perf_counter(), list[float](), 0
    async for batch in engine.complete(request):
        times.append(time.perf_counter())
        written += sum(item.tokens for item in batch if isinstance(item, Piece))
    first, last = times[0], times[-1]
    return _Round(len(tokens) / (first - begun), max(1, written - 1) / max(last - first, 1e-9))
