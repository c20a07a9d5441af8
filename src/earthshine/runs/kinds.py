"""What a feature registers to have its work done as runs."""

from __future__ import annotations

from typing import Any, Protocol

from earthshine.errors import EarthshineError
from earthshine.runs.records import Cut, Status, StepRecord
from earthshine.runs.run import Run


class Kind(Protocol):
    """One kind of run, with the code that performs it.

    `perform` is called again from its beginning after a crash, a wait, or in another process: steps that have ended
    return what they returned, so it must ask for the same steps in the same order.
    """

    @property
    def name(self) -> str:
        """What rows and `NewRun` call it."""
        ...

    @property
    def at_once(self) -> int | None:
        """Runs of this kind that one process performs at once; None for any number."""
        ...

    async def perform(self, run: Run) -> Any:
        """Do the work; returns the run's result, or nothing when it has called `run.end` itself."""
        ...

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Say what became of a step of the kind `never` that was cut."""
        ...

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Tell readers of the end, and store it by `run.end`."""
        ...
