"""The runs of this server: started, queued, taken over, stopped, answered, handed over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from earthshine.database import Connection, Database, insert_new
from earthshine.errors import Conflict, NotFound, Unavailable
from earthshine.ids import new_id
from earthshine.instances import Instances
from earthshine.runs.dispatcher import Dispatcher
from earthshine.runs.journal.journal import Journal
from earthshine.runs.journal.readers import Readers
from earthshine.runs.journal.remote import RemoteStreams
from earthshine.runs.journal.stream import Stream, Write
from earthshine.runs.kinds import Kind
from earthshine.runs.live import LiveRuns
from earthshine.runs.ownership import Ownership
from earthshine.runs.records import UNFINISHED, Json, NewRun, RunRecord, State, now_ms
from earthshine.runs.run import Run
from earthshine.runs.steps import answer_step
from earthshine.runs.store import add_events
from earthshine.runs.tables import runs

_PATIENCE = 12.0
"""Seconds in which a run of another process is stopped: it may have to be taken over first."""
_LOOK_SECONDS = 0.05


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
        self.journal = Journal(database, commit_interval, self._ownership.held)
        self._remote = RemoteStreams(database, self.journal)
        self.readers = Readers(database, self.journal, self._remote)
        self.live = LiveRuns(self.wake)
        self._ownership.on_stop_requested = self.live.request_stop
        self._dispatcher = Dispatcher(database, instances, self._ownership, self.journal, self.live)

    @property
    def on_end(self) -> list[Callable[[Run], None]]:
        """What is called with each run that is no longer performed here."""
        return self.live.on_end

    def register(self, kind: Kind) -> None:
        """Have runs of this kind performed here."""
        self._dispatcher.kinds[kind.name] = kind

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
        if record.id in self._dispatcher.opening:
            raise RunExists(record.id)
        self._dispatcher.open(record.id)
        try:
            if stored:
                await self._store(record, opening, written, write)
            stream = self.journal.stream(record.id, opening) if stored else Stream(opening)
            kind = self._dispatcher.kinds[record.kind]
            run = Run(record, stream, settle=kind.settle, written={0: written}, state=state, stored=stored)
            self.live.begin(run, kind)
        finally:
            self._dispatcher.opening.discard(record.id)
        return run

    async def queue(self, connection: Connection, new: NewRun) -> str:
        """Store a run for whoever has room, inside the caller's transaction; doing it twice is doing it once.

        Returns its id. Call `wake` after the transaction, so that it begins soon.
        """
        record = self._record(new, owner=None, status="queued")
        await connection.execute(insert_new(connection, runs).values(**record.values()))
        return record.id

    def wake(self) -> None:
        """Look for runs to perform now; does not wait."""
        self._dispatcher.wake()

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
        run = self.live.by_id.get(run_id)
        return run if run is not None and run.stored and not run.stream.lost else None

    @property
    def count(self) -> int:
        """Runs that are performed here."""
        return len(self.live.by_id)

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
            await self.live.cancel(run)
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

    async def request_stop(self, run_id: str) -> None:
        """Ask a run to stop, whoever performs it; does not wait for its end."""
        await self._ownership.request_stop(run_id)
        self.live.request_stop([run_id])
        self.wake()

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
        taken = await self._dispatcher.claim()
        self._dispatcher.start()
        return taken

    async def hand_over(self) -> None:
        """Let another process, if there is one, go on with the background runs of this one, which is about to end."""
        await self._dispatcher.close()
        if len(await self._instances.alive()) <= 1:
            return
        ids = {run.id for run in self.live.by_id.values() if run.stored and run.record.background}
        await self._ownership.release(ids)
        self.live.lose(ids)

    async def close(self) -> None:
        """Stop all runs where they are; background ones go on at the next start, or in another process."""
        await self._dispatcher.close()
        await self.live.close()
        await self._remote.close()
