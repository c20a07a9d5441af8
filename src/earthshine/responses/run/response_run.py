"""One response that is being written, with what only the process that writes it knows."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from earthshine.engines.base import ChatEnd, Usage
from earthshine.engines.pool import LoadedModel
from earthshine.engines.progress import Progress
from earthshine.errors import EarthshineError
from earthshine.metering.meter import Reservation
from earthshine.responses.events import fold
from earthshine.responses.response_builder import ResponseBuilder
from earthshine.responses.run.turns import Turn
from earthshine.responses.timings import Timings
from earthshine.runs import Run
from earthshine.runs.stream import Stream

Json = dict[str, Any]


@dataclass(slots=True)
class ResponseRun:
    """A run of the kind `response`."""

    run: Run
    turn: Turn
    builder: ResponseBuilder
    lease: AsyncExitStack = field(default_factory=AsyncExitStack)
    model: LoadedModel | None = None
    reservation: Reservation | None = None
    progress: Progress = field(default_factory=Progress)
    timings: Timings = field(default_factory=Timings)
    end: ChatEnd | None = None
    """How the model ended, once it has."""
    cut: tuple[Usage, bool] | None = None
    """What was used when it was cut before its end, and whether that is an estimate."""
    lost: Usage = field(default_factory=Usage)
    """What a server that died had used of another's service for it: an estimate, since nobody saw that reply's end."""

    @property
    def id(self) -> str:
        """The response's id, which is its run's."""
        return self.run.id

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
