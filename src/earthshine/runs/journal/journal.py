"""The journal: every event of every run is numbered, stored, and only then seen.

All streams together share one transaction about every 50 ms (group commit). What was committed is handed to live
readers from memory.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress

from sqlalchemy import select

from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError
from earthshine.runs.journal.batch import Batch, Record, Row
from earthshine.runs.journal.stream import Stream, TakenOver, Write
from earthshine.runs.tables import run_events
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)

Fence = Callable[[Connection, Collection[str]], Awaitable[Collection[str]]]
"""Says which of some runs this process may still add to, and keeps that so until the transaction ends."""

_BACKLOG = 20_000
_LAST_COMMIT = 5.0
"""Seconds that a commit has when the journal is closed."""
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class JournalStream(Stream):
    """A stream whose events are read only after they are stored."""

    def __init__(self, journal: Journal, run_id: str, stored: Iterable[bytes] = ()) -> None:
        super().__init__(stored)
        self.run_id = run_id
        self._journal = journal
        self._next = len(self.events)

    def append(self, event: bytes, raw: str = "") -> None:
        """Queue the next event for the next commit."""
        self._journal.add(self, Row(self.run_id, self._next, event, raw, self.step))
        self._next += 1

    async def wait_for_space(self) -> None:
        """Wait while the database is behind (a full disk, a lock)."""
        await self._journal.wait_for_space()

    def record(self, *writes: Write, ends: bool = False, urgent: bool = False) -> asyncio.Future[None]:
        """Queue the events so far and `writes` for one transaction."""
        return self._journal.record(self, writes, ends=ends, urgent=urgent)


class Journal:
    """Commits the events of all streams together, every `interval` seconds at most."""

    def __init__(self, database: Database, interval: float = 0.05, fence: Fence | None = None) -> None:
        self._database = database
        self._interval = interval
        self._fence = fence
        self._batch = Batch()
        self._work = asyncio.Event()
        self._hurry = asyncio.Event()
        """Set when somebody waits for the next commit with nothing else to do."""
        self._space = asyncio.Event()
        self._space.set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.on_commit: Callable[[float], None] | None = None
        """Called with the seconds that each commit took."""
        self.stuck = False
        """Whether the last commit failed and is being tried again."""
        self.waits: list[float] | None = None
        """When set to a list: seconds that the oldest event of each commit waited until it was readable."""

    @property
    def backlog(self) -> int:
        """Events that wait for their commit."""
        return len(self._batch.rows)

    def start(self) -> None:
        """Begin to commit."""
        self._task = asyncio.create_task(self._run(), name="journal")

    async def close(self) -> None:
        """Commit what is left, once, and stop."""
        if self._task is None:
            return
        await end_tasks(self._task)
        self._closed = True
        batch = self._take()
        if batch.rows or batch.records:
            try:
                await self._commit(batch)
            except EarthshineError as error:
                log.error("the last %d events could not be stored: %s", len(batch.rows), error)
            finally:
                batch.give_up()

    def stream(self, run_id: str, stored: Iterable[bytes] = ()) -> JournalStream:
        """Open the stream of a run whose row, and whose `stored` events, are in the database."""
        return JournalStream(self, run_id, stored)

    async def load(self, run_id: str, after: int = -1) -> tuple[list[bytes], dict[int, str]]:
        """Return the stored events with numbers above `after`, and what the model wrote to cause them, by step."""
        query = (
            select(run_events.c.event, run_events.c.raw, run_events.c.step)
            .where(run_events.c.run_id == run_id, run_events.c.sequence_number > after)
            .order_by(run_events.c.sequence_number)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        written: dict[int, list[bytes]] = {}
        for row in rows:
            if row.raw:
                written.setdefault(row.step, []).append(row.raw)
        return [row.event for row in rows], {step: b"".join(raw).decode() for step, raw in written.items()}

    def add(self, stream: JournalStream, row: Row) -> None:
        """Queue one event; what is added to a lost stream is dropped."""
        if stream.lost:
            return
        if not self._batch.rows:
            self._batch.since = time.perf_counter()
        self._batch.rows.append((stream, row))
        if len(self._batch.rows) > _BACKLOG:
            self._space.clear()
        self._work.set()

    async def wait_for_space(self) -> None:
        """Wait while more events are queued than memory should hold."""
        if not self._space.is_set():
            await self._space.wait()

    def record(
        self, stream: JournalStream, writes: Sequence[Write], *, ends: bool, urgent: bool
    ) -> asyncio.Future[None]:
        """Queue `writes` with the events of a stream so far; the future raises what they raise.

        When this is closed it raises `TakenOver`: the next server goes on with the run.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if stream.lost or self._closed:
            stored.set_exception(TakenOver())
            return stored
        self._batch.records.append(Record(stream, stream.run_id, writes, stored, ends))
        self._work.set()
        if urgent:
            self._hurry.set()
        return stored

    def _take(self) -> Batch:
        """Return what waits, and begin anew."""
        batch, self._batch = self._batch, Batch()
        return batch

    async def _run(self) -> None:
        last = 0.0
        while True:
            await self._work.wait()
            pause = last + self._interval - time.perf_counter()
            if pause > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._hurry.wait()
            last = time.perf_counter()
            self._work.clear()
            self._hurry.clear()
            # A commit that has begun is finished, also when the journal is being closed. Nothing here keeps its batch,
            # which holds all that its endings know, until there is another.
            commit = asyncio.ensure_future(self._persist(self._take()))
            try:
                await asyncio.shield(commit)
            except asyncio.CancelledError:
                if not commit.done():
                    await asyncio.wait({commit}, timeout=_LAST_COMMIT)
                commit.cancel()
                raise

    async def _persist(self, batch: Batch) -> None:
        """Commit, however often it takes: nothing is dropped because a disk is full for a while."""
        try:
            for attempt in range(1_000_000):
                started = time.perf_counter()
                try:
                    await self._commit(batch)
                    self.stuck = False
                    if self.on_commit is not None:
                        self.on_commit(time.perf_counter() - started)
                    break
                except Exception as error:
                    self.stuck = True
                    pause = _RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)]
                    unexpected = not isinstance(error, EarthshineError)
                    log.error(
                        "%d events wait to be stored, next try in %g s: %s",
                        len(batch.rows),
                        pause,
                        error,
                        exc_info=unexpected,
                    )
                    await asyncio.sleep(pause)
        finally:
            batch.give_up()
        if len(self._batch.rows) <= _BACKLOG:
            self._space.set()

    async def _commit(self, batch: Batch) -> None:
        async with self._database.write(urgent=True) as connection:
            lost = await self._lost(connection, batch)
            failures = await batch.store(connection, lost)
        if self.waits is not None and batch.rows:
            self.waits.append(time.perf_counter() - batch.since)
        batch.publish(lost, failures)

    async def _lost(self, connection: Connection, batch: Batch) -> set[Stream]:
        """Return the streams of `batch` that are no longer ours to write."""
        streams = batch.streams()
        lost = {stream for stream in streams if stream.lost}
        if self._fence is not None and (
            asked := {each: run_id for each, run_id in streams.items() if each not in lost}
        ):
            held = await self._fence(connection, list(asked.values()))
            lost |= {stream for stream, run_id in asked.items() if run_id not in held}
        return lost
