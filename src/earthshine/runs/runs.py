"""The runs of this server: started, queued, taken over, stopped, answered, handed over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from earthshine.database import Connection, Database, insert_new
from earthshine.errors import Conflict, EarthshineError, Internal, NotFound, Unavailable
from earthshine.ids import new_id
from earthshine.instances import Instances
from earthshine.runs.journal import Journal, TakenOver
from earthshine.runs.kinds import Kind
from earthshine.runs.ownership import Ownership
from earthshine.runs.readers import Readers
from earthshine.runs.records import UNFINISHED, Json, NewRun, RunRecord, State, now_ms
from earthshine.runs.remote import RemoteStreams
from earthshine.runs.run import Parked, Run
from earthshine.runs.steps import answer_step, load_steps
from earthshine.runs.store import add_events
from earthshine.runs.stream import Stream, Write
from earthshine.runs.tables import runs

log = logging.getLogger(__name__)

_PATIENCE = 12.0
"""Seconds in which a run of another process is stopped: it may have to be taken over first."""
_LOOK_SECONDS = 0.05
_CLOSING_SECONDS = 5.0


class RunExists(Conflict):
    """A run with this id was begun already."""

    default_code = "run_exists"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"The run '{run_id}' has begun already. Retrieve it.", param="id")


class Runs:
    """Performs runs, and lets others read, stop and answer them."""

    def __init__(self, database: Database, instances: Instances, commit_interval: float = 0.05) -> None:
        """`commit_interval`: seconds between two commits of the journal at most."""
        self._database = database
        self._instances = instances
        self._ownership = Ownership(database, instances)
        self._ownership.on_stop_requested = self._stop_requested
        self.journal = Journal(database, commit_interval, self._ownership.held)
        self._remote = RemoteStreams(database, self.journal)
        self.readers = Readers(database, self.journal, self._remote)
        self._kinds: dict[str, Kind] = {}
        self._live: dict[str, Run] = {}
        self._opening: set[str] = set()
        self._broken: set[str] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.on_end: list[Callable[[Run], None]] = []
        """Called with each run that is no longer performed here."""

    def register(self, kind: Kind) -> None:
        """Have runs of this kind performed here."""
        self._kinds[kind.name] = kind

    # --- beginning ---------------------------------------------------------------------------------------------------

    async def start(
        self,
        new: NewRun,
        state: Any = None,
        *,
        opening: Sequence[bytes] = (),
        written: str = "",
        write: Write | None = None,
        stored: bool = True,
    ) -> Run:
        """Begin a run here and now. Raises `RunExists` when its id is taken.

        `state`: what its kind keeps in memory. `opening`: its first events, with what a model had `written` to cause
        the last. `write` is done in the same transaction. A run that is not `stored` lives and ends in this process.
        """
        record = self._record(new, owner=self._ownership.id, status="running")
        if record.id in self._opening:
            raise RunExists(record.id)
        self._opening.add(record.id)
        try:
            if stored:
                await self._store(record, opening, written, write)
            stream = self.journal.stream(record.id, opening) if stored else Stream(opening)
            kind = self._kinds[record.kind]
            run = Run(record, stream, settle=kind.settle, written={0: written}, state=state, stored=stored)
            self._begin(run, kind)
        finally:
            self._opening.discard(record.id)
        return run

    async def queue(self, connection: Connection, new: NewRun) -> str:
        """Store a run for whoever has room, inside the caller's transaction; doing it twice is doing it once.

        Returns its id. Call `wake` after the transaction, so that it begins soon.
        """
        record = self._record(new, owner=None, status="queued")
        await connection.execute(insert_new(connection, runs).values(**record.values()))
        return record.id

    def wake(self) -> None:
        """Look for runs to perform now."""
        self._news.set()

    def _record(self, new: NewRun, **more: Any) -> RunRecord:
        return RunRecord(
            id=new.id or new_id("run"),
            kind=new.kind,
            project=new.caller.project,
            caller=new.caller,
            background=new.background,
            priority=new.priority,
            limits=new.limits,
            input=new.input,
            created_ms=now_ms(),
            **more,
        )

    async def _store(self, record: RunRecord, opening: Sequence[bytes], written: str, write: Write | None) -> None:
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(runs).values(**record.values()))
                await add_events(connection, record.id, opening, written)
                if write is not None:
                    await write(connection)
        except IntegrityError:
            raise RunExists(record.id) from None

    # --- those that are here -----------------------------------------------------------------------------------------

    def find(self, run_id: str) -> Run | None:
        """Return a stored run that is performed here."""
        run = self._live.get(run_id)
        return run if run is not None and run.stored and not run.stream.lost else None

    @property
    def count(self) -> int:
        """Runs that are performed here."""
        return len(self._live)

    async def get(self, run_id: str) -> RunRecord:
        """Return a run as it is stored. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(runs).where(runs.c.id == run_id))).one_or_none()
        if row is None:
            raise NotFound(f"No run with id '{run_id[:100]}' was found.")
        return RunRecord.of(row)

    async def stop(self, run_id: str) -> None:
        """Stop a run, whoever performs it, and return when it has ended.

        Raises `NotFound`, and `Unavailable` when its process does not answer; it is stopped then as soon as possible.
        """
        run = self.find(run_id)
        if run is not None:
            await self.cancel(run)
        if (await self.get(run_id)).status in UNFINISHED:
            await self._ownership.request_stop(run_id)
            self.wake()
        deadline = time.monotonic() + _PATIENCE
        while (await self.get(run_id)).status in UNFINISHED:
            if time.monotonic() > deadline:
                raise Unavailable(
                    "The server that does this does not answer. It will be stopped as soon as possible.",
                    code="owner_silent",
                    retry_after=5,
                )
            await asyncio.sleep(_LOOK_SECONDS)

    async def cancel(self, run: Run) -> None:
        """Stop a run of this process; returns when its end is stored."""
        run.cancelling = True
        if run.task is not None:
            run.task.cancel()
            await asyncio.wait({run.task})

    async def answer(
        self, run_id: str, step: int, *, state: State = "ended", result: Any = None, error: Json | None = None
    ) -> None:
        """End a step that waits, or that is unknown, and let its run go on.

        `state` is `ended`, `failed`, or `due` for an unknown step that had no effect. Answering twice the same is
        answering once. Raises `NotFound` and `Conflict`.
        """
        async with self._database.write() as connection:
            await answer_step(connection, run_id, step, state=state, result=result, error=error)
        self.wake()

    # --- from start to stop ------------------------------------------------------------------------------------------

    async def open(self) -> int:
        """Take up what nobody performs, and go on looking; returns how many background runs go on."""
        taken = await self.claim()
        self._task = asyncio.create_task(self._keep_looking(), name="runs")
        return taken

    async def hand_over(self) -> None:
        """Let another process, if there is one, go on with the background runs of this one, which is about to end."""
        await self._stop_looking()
        if len(await self._instances.alive()) <= 1:
            return
        ids = {run.id for run in self._live.values() if run.stored and run.record.background}
        await self._ownership.release(ids)
        self._lose(ids)

    async def close(self) -> None:
        """Stop all runs where they are; background ones go on at the next start, or in another process."""
        await self._stop_looking()
        tasks = [run.task for run in self._live.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSING_SECONDS)
        await self._remote.close()

    async def claim(self) -> int:
        """Take up whatever can go on and nobody performs; returns how many background runs were."""
        taken = 0
        failed: set[str] = set()
        while claimed := await self._ownership.claim(self._busy | failed, self._free_places()):
            for record in claimed:
                try:
                    await self._take_up(record)
                    taken += record.background
                except EarthshineError as error:
                    log.error("the run %s cannot be taken up yet: %s", record.id, error)
                    failed.add(record.id)
                except Exception:
                    log.exception("the run %s cannot be taken up", record.id)
                    self._broken.add(record.id)
        return taken

    async def look(self) -> None:
        """Let go of what is no longer ours, and stop what others ask to stop."""
        if stored := {run.id for run in self._live.values() if run.stored}:
            changes = await self._ownership.look(stored)
            self._lose(changes.lost)
            self._stop_requested(changes.stop_requested)

    # --- one run -----------------------------------------------------------------------------------------------------

    def _begin(self, run: Run, kind: Kind) -> None:
        self._live[run.id] = run
        run.task = asyncio.create_task(self._perform(run, kind), name=run.id)
        run.task.add_done_callback(lambda _: self._forget(run))
        run.stream.on_lost = partial(_cancel, run.task)

    async def _take_up(self, record: RunRecord) -> None:
        events, written = await self.journal.load(record.id)
        steps = await load_steps(self._database, record.id)
        stream = self.journal.stream(record.id, events)
        kind = self._kinds[record.kind]
        taken_up = record.status == "running"
        self._begin(Run(record, stream, settle=kind.settle, steps=steps, written=written, taken_up=taken_up), kind)

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
                run.error = error
            else:
                log.exception("the run %s failed", run.id)
                run.error = Internal(f"Something broke while this was done. The log has it under {run.id}.")
            await kind.finish(run, "failed", error=run.error)
        else:
            if not run.ending:
                await kind.finish(run, "completed", result)

    def _forget(self, run: Run) -> None:
        self._live.pop(run.id, None)
        if run.task is not None and not run.task.cancelled() and (error := run.task.exception()):
            log.error("the run %s could not be finished", run.id, exc_info=error)
            # Here it would fail again and again.
            self._broken.add(run.id)
        if run.cancelling or run.error is not None:
            self._stop_requested([each.id for each in self._live.values() if each.record.parent_id == run.id])
        for tell in self.on_end:
            tell(run)
        self.wake()

    def _lose(self, ids: Collection[str]) -> None:
        for run in (self._live.get(run_id) for run_id in ids):
            if run is not None:
                run.stream.lose()

    def _stop_requested(self, ids: Collection[str]) -> None:
        for run in (self._live.get(run_id) for run_id in ids):
            if run is not None and run.task is not None and not run.cancelling:
                run.cancelling = True
                run.task.cancel()

    # --- looking for work --------------------------------------------------------------------------------------------

    @property
    def _busy(self) -> set[str]:
        return self._live.keys() | self._opening | self._broken

    def _free_places(self) -> dict[str, int | None]:
        here = Counter(run.record.kind for run in self._live.values())
        return {
            name: None if kind.at_once is None else max(0, kind.at_once - here[name])
            for name, kind in self._kinds.items()
        }

    async def _keep_looking(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._until_next()):
                    await self._news.wait()
            self._news.clear()
            try:
                if self._database.shared:
                    await self.look()
                await self.claim()
            except EarthshineError as error:
                log.warning("cannot see which runs go on: %s", error)
                await asyncio.sleep(self._instances.interval)
            except Exception:
                log.exception("cannot see which runs go on")
                await asyncio.sleep(self._instances.interval)

    async def _until_next(self) -> float | None:
        """Return the seconds until something may be due of which nobody here is told; None for never."""
        if self._database.shared:
            return self._instances.interval
        with suppress(EarthshineError):
            async with self._database.read() as connection:
                first = await connection.scalar(select(func.min(runs.c.wake_ms)).where(runs.c.status == "waiting"))
            return None if first is None else max(0.0, (first - now_ms()) / 1000)
        return self._instances.interval

    async def _stop_looking(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
