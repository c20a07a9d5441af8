"""One response that is being written, with what only the process that writes it knows."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from earthshine.engines.deltas import Usage
from earthshine.engines.pool import LoadedModel
from earthshine.engines.progress import Progress
from earthshine.errors import EarthshineError
from earthshine.metering.meter import Meter
from earthshine.metering.reservation import Reservation
from earthshine.metering.units import Amount, charge_id
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.responses.files.readings import ChosenFiles
from earthshine.responses.reply.events import fold
from earthshine.responses.reply.response_builder import ResponseBuilder
from earthshine.responses.reply.timings import Timings
from earthshine.responses.run.budget import Budget
from earthshine.responses.run.turns import Turn
from earthshine.responses.tools.toolset import Toolset
from earthshine.runs import Run, StepRecord
from earthshine.runs.journal.stream import Stream
from earthshine.tools.base import Tool

Json = dict[str, Any]

MODEL_STEP = "model"
"""The name of the steps in which the model is asked for the response; those in which a tool asks it begin so, too."""


@dataclass(slots=True)
class ResponseRun:
    """A run of the kind `response`."""

    run: Run
    turn: Turn
    builder: ResponseBuilder
    toolset: Toolset
    lease: AsyncExitStack = field(default_factory=AsyncExitStack)
    model: LoadedModel | None = None
    reservation: Reservation | None = None
    progress: Progress = field(default_factory=Progress)
    timings: Timings = field(default_factory=Timings)
    charge: Reservation | None = None
    """What is reserved for the step that is done, or was last."""
    step: int = 0
    """The number of the step in which the model is asked, or was last."""
    cut: tuple[Usage, bool] | None = None
    """What that step used when it was cut before its end, and whether that is an estimate."""
    lost: Usage = field(default_factory=Usage)
    """What a server that died had used of another's service for it: an estimate, since nobody saw that reply's end."""
    files: ChosenFiles = field(default_factory=ChosenFiles)
    """What it shows of the files in its messages."""
    waiting: set[str] = field(default_factory=set[str])
    """The call ids of programs that wait for answers which the next request brings."""
    budget: Budget | None = None
    """What bounds more than this response, such as a session; None for nothing."""
    _admitting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def id(self) -> str:
        """The response's id, which is its run's."""
        return self.run.id

    def begin_step(self, step: StepRecord) -> None:
        """The model is about to be asked."""
        self.step, self.cut, self.progress = step.number, None, Progress()

    @property
    def must_answer(self) -> bool:
        """Whether a limit is near, so that a program does nothing more before the answer."""
        return self.budget is not None and self.budget.must_answer

    @property
    def used(self) -> Usage:
        """The tokens of the steps that have ended, together: each was charged when it ended."""
        return sum((Usage(**step.usage) for step in self.asked if step.usage), Usage())

    @property
    def spent(self) -> int:
        """The tokens of the response's own text and calls so far: `max_output_tokens` holds for these."""
        return sum(step.usage["completion_tokens"] for step in self.asked if step.usage and step.name == MODEL_STEP)

    @property
    def asked(self) -> list[StepRecord]:
        """The steps in which the model was asked, and that have ended."""
        return [step for step in self.run.steps.values() if step.name.startswith(MODEL_STEP) and step.over]

    @property
    def work_id(self) -> str:
        """What the ledger calls the charge of the step in which the model is asked."""
        return charge_id(self.id, self.step) if self.toolset.runs_any else self.id

    async def reserve(self, meter: Meter, estimate: UsageEstimate) -> Reservation:
        """Reserve the next call of the model. Raises `QuotaExceeded` and `RateLimited` for one that is not the first.

        The first was reserved when the response was admitted; so was all of one that can have no other.
        """
        whole = await self._admitted(meter, estimate)
        if not self.toolset.runs_any:
            self.charge = whole
        elif self.charge is None:
            self.charge = whole.split(self.id)
        else:
            self.charge = await whole.extend(estimate, self.id)
        return self.charge

    async def reserve_amount(self, meter: Meter, tool: Tool) -> Reservation | None:
        """Reserve a call of a tool; None for one that is free. Raises `QuotaExceeded` and `RateLimited`."""
        if tool.unit is None:
            return None
        nothing = UsageEstimate("responses", lambda: 0, output_limit=0, choices=0, prompts=0)
        whole = await self._admitted(meter, nothing)
        return await whole.extend(Amount(tool.type, tool.unit, 1), self.id)

    async def _admitted(self, meter: Meter, estimate: UsageEstimate) -> Reservation:
        async with self._admitting:
            if self.reservation is None:
                # Taken up after a crash: it was let in then, so it is now, and counts.
                caller, model = self.turn.caller, self.turn.create.model
                self.reservation, self.charge = await meter.admit(caller, model, estimate, forced=True), None
            return self.reservation

    def release(self) -> None:
        """Give back what is still reserved."""
        for held in (self.charge, self.reservation):
            if held is not None:
                held.release()

    @property
    def stored(self) -> bool:
        """Whether it outlives its connection."""
        return self.run.stored

    @property
    def stream(self) -> Stream:
        """Its events."""
        return self.run.stream

    @property
    def task(self) -> asyncio.Task[None]:
        """The task that writes it."""
        assert self.run.task is not None
        return self.run.task

    @property
    def error(self) -> EarthshineError | None:
        """Why it failed, if it did."""
        return self.run.error

    @property
    def response(self) -> Json:
        """The Response as a reader may see it now: what is stored, no more."""
        return fold(self.stream.events)

    async def ended(self) -> Json:
        """Wait for the end; returns the final Response."""
        await asyncio.wait({self.task})
        return self.response
