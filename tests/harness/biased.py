"""An engine that knows what it wants and cannot say so freely: it prefers places in a list, as small models do."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import ChatEnd, Delta, Text, TokenLogprob, Usage
from earthshine.engines.deltas import TopLogprob as Top
from earthshine.engines.pool import LoadedModel
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest

LISTED = re.compile(r"^([A-P0-9])\. (.*)$", re.MULTILINE)


class Biased(Engine):
    """Likes options by `weights`, multiplied by `places` from the top of the list down; the rest of `mass` is talk."""

    def __init__(
        self,
        weights: Mapping[str, float] | Callable[[str], float],
        *,
        places: tuple[float, ...] = (),
        mass: float = 0.9,
        shown: int = 20,
        remote: bool = False,
    ) -> None:
        self.capabilities = Capabilities(chat=True, logprobs=True, remote=remote)
        self.prompts: list[str] = []
        self.running = self.most_running = 0
        self._weigh = weights if callable(weights) else weights.__getitem__
        self._places = places
        self._mass = mass
        self._shown = shown

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        prompt = str(request.messages[-1]["content"])
        self.prompts.append(prompt)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            await asyncio.sleep(0)
            yield (Text("?", "?", (TokenLogprob("?", -1, self._likeliest(prompt)),)),)
            yield (ChatEnd("length", Usage(len(prompt), 0, 1), served_by="here"),)
        finally:
            self.running -= 1

    def _likeliest(self, prompt: str) -> tuple[Top, ...]:
        listed = LISTED.findall(prompt)
        weights = [
            self._weigh(text) * (self._places[place] if place < len(self._places) else 1.0)
            for place, (_, text) in enumerate(listed)
        ]
        total = sum(weights)
        found = [Top(label, math.log(self._mass * w / total)) for (label, _), w in zip(listed, weights, strict=True)]
        found.append(Top("Well", math.log(1 - self._mass)))
        return tuple(sorted(found, key=lambda top: -top.logprob)[: self._shown])

    async def close(self) -> None:
        pass


def loaded(engine: Engine) -> LoadedModel:
    return LoadedModel(Card(name="biased"), engine)
