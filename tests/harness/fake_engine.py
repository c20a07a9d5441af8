"""A scripted engine over raw text: one character is one token, control tokens are one token each."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import (
    ChatEnd,
    CompletionEnd,
    Delta,
    Piece,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from earthshine.engines.interleave import flat
from earthshine.engines.pool import LoadedModel
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.errors import ContextLengthExceeded, EngineFailed
from earthshine.harness import HarnessedEngine
from earthshine.harness.grammar.gbnf_reader import parse
from earthshine.routing.counters import Counters
from earthshine.routing.deployment import installed
from earthshine.routing.deployment_state import DeploymentState
from earthshine.routing.fair_queue import FairQueue
from earthshine.routing.load_balanced_engine import DeploymentGroup, LoadBalancedEngine
from earthshine.routing.selection.affinity import Affinity
from earthshine.routing.selection.retries import RetryBudget
from tests.harness.grammar.sampling import sample

CONTROLS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
Script = Callable[[CompletionRequest], str]


class FakeEngine(Engine):
    """Writes what its script says for each completion, cut into pieces of `size` characters.

    Where a grammar is given and the script's text does not follow it, a member of the grammar is written instead, as
    a constrained sampler would. `deaths` says after how many characters of which completion (by number) it dies.
    """

    def __init__(
        self,
        *texts: str,
        script: Script | None = None,
        size: int = 1,
        deaths: dict[int, int] | None = None,
        seed: int = 0,
        capabilities: Capabilities | None = None,
    ) -> None:
        self.capabilities = capabilities or Capabilities(
            complete=True, grammar=True, logprobs=True, continues=True, context_length=100_000
        )
        self.requests: list[CompletionRequest] = []
        self.closed = 0
        self._texts = list(texts)
        self._script = script
        self._size = size
        self._deaths = deaths or {}
        self._rng = Random(seed)

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        number = len(self.requests)
        self.requests.append(request)
        prompt = await self.tokenize(request.prompt) if isinstance(request.prompt, str) else request.prompt
        if len(prompt) >= (limit := self.capabilities.context_length):
            raise ContextLengthExceeded(limit=limit, tokens=len(prompt) + 1)
        text = self._script(request) if self._script else (self._texts.pop(0) if self._texts else "")
        if request.grammar:
            grammar = parse(request.grammar)
            text = text if grammar.accepts(text) else sample(grammar, self._rng, length=20)
        text, stop = _until(text, request.sampling.stop)
        most = request.sampling.max_tokens
        reason = "length" if most is not None and len(text) > most else "stop"
        text = text[:most] if reason == "length" else text
        dies = self._deaths.get(number)
        try:
            for at in range(0, len(text), self._size):
                if dies is not None and at >= dies:
                    raise EngineFailed("killed", retry_after=0.001)
                piece = text[at : at + self._size]
                logprobs = tuple(TokenLogprob(c, -0.1) for c in piece) if request.sampling.logprobs is not None else ()
                yield (Piece(piece, logprobs, tokens=len(piece)),)
            if dies is not None:
                raise EngineFailed("killed", retry_after=0.001)
            end = CompletionEnd(reason, Usage(len(prompt), 0, len(text)), stop if reason == "stop" else None)
            yield (end,)
        finally:
            self.closed += 1

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        if not special:
            return [ord(c) for c in text]
        pieces = re.split("(" + "|".join(re.escape(c) for c in CONTROLS) + ")", text)
        return [
            token
            for piece in pieces
            for token in ([-1 - CONTROLS.index(piece)] if piece in CONTROLS else [ord(c) for c in piece])
        ]

    async def detokenize(self, tokens: Sequence[int]) -> str:
        return "".join(chr(t) if t >= 0 else CONTROLS[-1 - t] for t in tokens)

    async def close(self) -> None:
        pass


def _until(text: str, stops: Sequence[str]) -> tuple[str, str | None]:
    found = [(text.index(stop), stop) for stop in stops if stop in text]
    if not found:
        return text, None
    at, stop = min(found)
    return text[:at], stop


async def wrap(card: Card, engine: Engine) -> Engine:
    """What a pool does with each engine."""
    return HarnessedEngine(card, engine)


def harnessed(engine: Engine, template: str = "", **card: Any) -> HarnessedEngine:
    """A fake model in the harness."""
    return HarnessedEngine(Card(name="fake", chat_template=template, eos_token="<|im_end|>", **card), engine)


def model(engine: Engine, template: str = "", **card: Any) -> LoadedModel:
    """A fake model as requests see it: in the harness, behind routing."""
    return routed(harnessed(engine, template, **card))


def routed(engine: HarnessedEngine) -> LoadedModel:
    """The one deployment of a model on this machine."""
    loaded, counters = LoadedModel(engine.card, engine), Counters()
    state = DeploymentState(installed(engine.card), card=engine.card, queue=FairQueue(None), counters=counters)
    group = DeploymentGroup("fake", [state], engine.capabilities, Affinity(), RetryBudget(), counters)
    return LoadedModel(engine.card, LoadBalancedEngine(lambda: group, "project", loaded=loaded))


@dataclass
class Answer:
    """A reply, joined."""

    deltas: list[Delta]

    @property
    def text(self) -> str:
        return "".join(d.text for d in self.deltas if isinstance(d, Text))

    @property
    def reasoning(self) -> str:
        return "".join(d.text for d in self.deltas if isinstance(d, Reasoning))

    @property
    def calls(self) -> list[tuple[str, str]]:
        starts = [d for d in self.deltas if isinstance(d, ToolCallStart)]
        pieces = [d for d in self.deltas if isinstance(d, ToolCallArguments)]
        return [(s.name, "".join(p.text for p in pieces if p.index == s.index)) for s in starts]

    @property
    def raw(self) -> str:
        return "".join(d.raw for d in self.deltas)

    @property
    def end(self) -> ChatEnd:
        assert isinstance(self.deltas[-1], ChatEnd)
        return self.deltas[-1]


async def ask(loaded: LoadedModel, request: ChatRequest) -> Answer:
    return Answer([delta async for delta in flat(loaded.engine.chat(request))])


def user(text: str = "Hello") -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {"name": name, "description": f"Does {name}.", "parameters": parameters},
    }
