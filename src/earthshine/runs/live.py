"""The runs that this process performs, each by one task, to its end or to where it waits."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial

from earthshine.errors import EarthshineError, Internal
from earthshine.runs.endings import Parked
from earthshine.runs.journal.stream import TakenOver
from earthshine.runs.kinds import Kind
from earthshine.runs.run import Run

log = logging.getLogger(__name__)

_CLOSING_SECONDS = 5.0


class LiveRuns:
    """What is performed here."""

    def __init__(self, on_free: Callable[[], None]) -> None:
        """`on_free` is called when a run is no longer performed here, so that another may begin."""
        self.by_id: dict[str, Run] = {}
        self.broken: set[str] = set()
        """Runs that could not be finished: here they would fail again and again, so they wait for the next start."""
        self.on_end: list[Callable[[Run], None]] = []
        """Called with each run that is no longer performed here."""
        self._on_free = on_free

    @property
    def stored(self) -> set[str]:
        """The ids of those that others may see."""
        return {run.id for run in self.by_id.values() if run.stored}

    @property
    def of_kind(self) -> Counter[str]:
        """How many of each kind there are."""
        return Counter(run.record.kind for run in self.by_id.values())

    def begin(self, run: Run, kind: Kind) -> None:
        """Set a run going."""
        self.by_id[run.id] = run
        run.task = asyncio.create_task(self._perform(run, kind), name=run.id)
        run.task.add_done_callback(lambda _: self._forget(run))
        run.stream.on_lost = partial(_cancel, run.task)

    async def cancel(self, run: Run) -> None:
        """Stop a run; returns when its end is stored."""
        run.cancelling = True
        if run.task is not None:
            run.task.cancel()
            await asyncio.wait({run.task})

    def request_stop(self, ids: Collection[str]) -> None:
        """Stop some runs; does not wait."""
        for run in self._some(ids):
            if run.task is not None and not run.cancelling:
                run.cancelling = True
                run.task.cancel()

    def lose(self, ids: Collection[str]) -> None:
        """Leave alone what is no longer ours."""
        for run in self._some(ids):
            run.stream.lose()

    async def close(self) -> None:
        """Stop all where they are."""
        tasks = [run.task for run in self.by_id.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSING_SECONDS)

    def _some(self, ids: Collection[str]) -> list[Run]:
        return [self.by_id[run_id] for run_id in ids if run_id in self.by_id]

    async def _perform(self, run: Run, kind: Kind) -> None:
        """Perform a run to its end, or to where it waits."""
        try:
            if run.cancelling or (run.taken_up and not run.record.background):
                await kind.finish(run, "cancelled")
                return
            result = await kind.perform(run)
        except Parked as parked:
            run.stream.on_lost = None
            await run.park(parked.wake_ms)
        except asyncio.CancelledError:
            # Cancelled by its client: what it did is kept. Cancelled by shutdown: left as it is, to be gone on with.
            if run.stream.lost:
                run.error = TakenOver()
                return
            if run.ending:
                raise
            if run.cancelling or not run.record.background:
                await kind.finish(run, "cancelled")
            if not run.cancelling:
                raise
        except Exception as error:
            if run.ending:
                # What could not be stored with the end is tried again by whoever takes the run up.
                raise
            if isinstance(error, EarthshineError):
                run.error = error.bare()
            else:
                log.exception("the run %s failed", run.id)
                run.error = Internal(f"Something broke while this was done. The log has it under {run.id}.")
            await kind.finish(run, "failed", error=run.error)
        else:
            if not run.ending:
                await kind.finish(run, "completed", result)

    def _forget(self, run: Run) -> None:
        self.by_id.pop(run.id, None)
        if run.task is not None and not run.task.cancelled() and (error := run.task.exception()):
            log.error("the run %s could not be finished", run.id, exc_info=error)
            self.broken.add(run.id)
        if run.cancelling or run.error is not None:
            self.request_stop([each.id for each in self.by_id.values() if each.record.parent_id == run.id])
        for tell in self.on_end:
            tell(run)
        self._on_free()


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
