"""Counts what a reply costs: tokens that were counted by the engine or its tokenizer, never estimated."""

from __future__ import annotations

from earthshine.engines.base import Engine
from earthshine.engines.deltas import CompletionEnd, Usage
from earthshine.harness.plan import ReplyPlan


class UsageCounter:
    """The usage of one reply, over all its steps."""

    def __init__(self, engine: Engine, plan: ReplyPlan) -> None:
        self.completion = 0
        """Tokens written so far, those included that were certain and not generated."""
        self.reasoning = 0
        """Those of them that were spent on thinking."""
        self.settled = False
        """A step has ended, so the prompt fits the context."""
        self._engine = engine
        self._plan = plan
        self._prompt: int | None = None
        self._cached = 0
        self._step = 0
        self._bare = True

    async def tokens(self, text: str) -> int:
        """Return how many tokens a text is."""
        return len(await self._engine.tokenize(text))

    async def prompt(self) -> int:
        """Return the tokens of the prompt, before anything was written."""
        if self._prompt is None:
            self._prompt = await count_prompt(self._engine, self._plan)
        return self._prompt

    def begin(self, *, bare: bool) -> None:
        """A step begins; `bare` when it sends the prompt with nothing written behind it."""
        self._step, self._bare = 0, bare

    def add(self, tokens: int) -> None:
        """The engine generated some tokens."""
        self.completion += tokens
        self._step += tokens

    async def settle(self, end: CompletionEnd | None) -> None:
        """Count a finished step. One that was cut reports no usage: its prompt is counted by tokenizing."""
        if end:
            self.completion += max(end.usage.completion_tokens - self._step, 0)
        if self.settled:
            return
        self.settled = True
        if end and self._bare:
            self._prompt = end.usage.prompt_tokens
        self._cached = min(end.usage.cached_tokens, await self.prompt()) if end else 0

    async def usage(self) -> Usage:
        """Return the usage of the whole reply."""
        return Usage(await self.prompt(), self._cached, self.completion, self.reasoning)

    @property
    def known(self) -> Usage:
        """What was counted so far, without asking anybody; a prompt that nobody counted is zero."""
        return Usage(self._prompt or 0, self._cached, self.completion, self.reasoning)


async def count_prompt(engine: Engine, plan: ReplyPlan) -> int:
    """Return the tokens of a plan's prompt, before anything was written."""
    return await engine.prompt_tokens(await plan.prompt(engine))
