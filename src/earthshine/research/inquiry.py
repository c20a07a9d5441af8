"""One research under way: what it knows, what it may take, and how a stage asks the model or keeps a result."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from earthshine.conversations.items import Item
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.errors import InvalidRequest
from earthshine.harness.decide import Question as Asked
from earthshine.research.budget import Budget, Effort
from earthshine.research.gathering.library import Library
from earthshine.research.report import Stage
from earthshine.research.state import PREFIX, Change, State
from earthshine.responses.run.programs import Moves
from earthshine.runs import Done, StepRecord
from earthshine.runs.endings import StepFailed
from earthshine.runs.journal.stream import Write

Json = dict[str, Any]
YES_NO = ("yes", "no")
_WRITING: tuple[Stage, ...] = ("write", "check", "translate")


class NotAllowed(Exception):
    """A person has to allow a call first: the response ends, and a later one goes on."""


@dataclass(slots=True)
class Inquiry:
    """See above. `settings`: `ResearchSettings`, as they were stored."""

    moves: Moves
    settings: Json
    library: Library
    state: State
    budget: Budget
    effort: Effort
    _taken: int = 0
    _free: set[str] = field(default_factory=set[str])
    """What the model's server cannot do: `schema`, `odds`."""

    @property
    def question(self) -> str:
        """What was asked, in the person's words."""
        return self.settings["question"]

    def catch_up(self) -> None:
        """Take in the steps since the last time."""
        passed = self.moves.response.run.passed
        for step in passed[self._taken :]:
            self.state.take(step)
        self._taken = len(passed)

    async def call(self, name: str, arguments: Json) -> list[Item]:
        """Call a function; returns the items that came of it. Raises `NotAllowed`."""
        begin = len(self.moves.output)
        waits = await self.moves.call(name, orjson.dumps(arguments).decode())
        self.catch_up()
        if waits:
            raise NotAllowed
        return self.moves.output[begin:]

    async def keep(
        self, stage: Stage, name: str, work: Callable[[], Awaitable[tuple[Change, Write | None]]] | Change
    ) -> Change:
        """Keep what a stage has found, or do it under a name, once; the time since the last such step is the stage's.

        `work` returns what has changed, and what is stored with it.
        """

        async def do(_step: StepRecord) -> Done:
            change, write = await work() if callable(work) else (work, None)
            seconds = time.monotonic() - self.budget.since
            return Done({"stage": stage, "seconds": round(seconds, 3), **change}, write=write)

        kept: Change = await self.moves.step(PREFIX + name, do)
        self.budget.since = time.monotonic()
        self.catch_up()
        return kept

    async def ask(
        self, stage: Stage, name: str, prompt: str, *, tokens: int, schema: Json | None = None, citable: int = 0
    ) -> str:
        """Ask the model something on the way; empty where the budget leaves no room, or the model takes no such prompt.

        `tokens`: the most of the reply; `schema`: of a reply in JSON; `citable`: the sentences that it may cite.
        """
        free = "schema" in self._free
        output = OutputFormat() if schema is None or free else OutputFormat("json_schema", schema, name="answer")
        sampling = Sampling(temperature=0.0, max_tokens=tokens)
        request = ChatRequest(
            [{"role": "user", "content": prompt}],
            output=output,
            citable=citable,
            reasoning_effort="none",
            sampling=sampling,
        )
        writing = stage in _WRITING
        room = self.budget.room(request, writing=writing)
        if not room:
            return ""
        request = replace(request, sampling=replace(sampling, max_tokens=room))
        seconds = self.budget.cut_after(writing=writing)
        try:
            told = await self.moves.consult(f"{PREFIX}{stage} {name}", request, seconds=seconds)
        except (InvalidRequest, StepFailed):
            self.catch_up()
            if output.type == "text":
                return ""
            # Some servers know no formats: then the reply is read as it comes.
            self._free.add("schema")
            return await self.ask(stage, f"{name} free", prompt, tokens=tokens, citable=citable)
        self.catch_up()
        return told["text"]

    async def likely(self, stage: Stage, name: str, evidence: str, question: str) -> float | None:
        """Return how likely the answer to a question about a text is yes; None where the model cannot tell."""
        asked = Asked(question, YES_NO)
        request = ChatRequest(
            [{"role": "user", "content": f"{evidence}\n{question}"}], sampling=Sampling(max_tokens=16)
        )
        # Each order of the options is a prompt.
        left = self.budget.tokens_left(writing=stage in _WRITING)
        if not self.budget.room(request, writing=stage in _WRITING) or "odds" in self._free:
            return None
        if left is not None and left < asked.prompts() * (len(evidence) // 3 + 80):
            return None
        try:
            (odds,) = await self.moves.decide(f"{PREFIX}{stage} {name}", evidence, asked)
        except (InvalidRequest, StepFailed):
            odds = None
        self.catch_up()
        if odds is None and not (self.moves.response.run.passed[-1].usage or {}).get("prompt_tokens"):
            self._free.add("odds")  # it shows no probabilities, and is not asked for them again
        return None if odds is None else odds[0]
