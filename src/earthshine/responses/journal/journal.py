"""The journal: every event of every response is numbered, stored, and only then seen.

All streams together share one transaction about every 50 ms (group commit). What was committed is handed to live
readers from memory.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from earthshine.database import Connection, Database, insert_new
from earthshine.database.driver_errors import translate
from earthshine.errors import EarthshineError, InvalidRequest, Unavailable
from earthshine.responses.journal.stream import Stream, Write
from earthshine.responses.journal.timings import Timings, now_ms, timings_of
from earthshine.responses.tables import events

log = logging.getLogger(__name__)

Fence = Callable[[Connection, Collection[str]], Awaitable[Collection[str]]]
"""Says which of some responses this process may still write, and keeps that so until the transaction ends."""

_BACKLOG = 20_000
_BEGINNING = 32
"""Events among which the first piece of a reply is found."""
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class JournalStream(Stream):
    """A stream whose events are read only after they are stored."""

    def __init__(self, journal: Journal, response_id: str, stored: Iterable[bytes] = ()) -> None:
        super().__init__(stored)
        self.response_id = response_id
        self._journal = journal
        self._next = len(self.events)

    def append(self, event: bytes, raw: str = "") -> None:
        """Queue the next event for the next commit."""
        self._journal.add(self, (self.response_id, self._next, event, raw))
        self._next += 1

    async def wait_for_space(self) -> None:
        """Wait while the database is behind (a full disk, a lock)."""
        await self._journal.wait_for_space()

    def end(self, *writes: Write) -> asyncio.Future[None]:
        """Queue the last events and `writes` for one transaction."""
        return self._journal.end(self, writes)


class TakenOver(Unavailable):
    """This process lost touch with the others for a while, and one of them goes on with the response."""

    default_code = "taken_over"

    def __init__(self) -> None:
        super().__init__("Another server has taken this response over. Retrieve it by its id.", retry_after=1)


Row = tuple[str, int, bytes, str]


@dataclass(slots=True)
class _Ending:
    stream: JournalStream
    writes: Sequence[Write]
    stored: asyncio.Future[None]


@dataclass(slots=True)
class _Batch:
    rows: list[tuple[JournalStream, Row]] = field(default_factory=list["tuple[JournalStream, Row]"])
    endings: list[_Ending] = field(default_factory=list["_Ending"])
    since: float = 0.0
    """When its oldest event was added."""


class Journal:
    """Commits the events of all streams together, every `interval` seconds at most."""

    def __init__(self, database: Database, interval: float = 0.05, fence: Fence | None = None) -> None:
        self._database = database
        self._interval = interval
        self._fence = fence
        self._batch = _Batch()
        self._work = asyncio.Event()
        self._has_space = asyncio.Event()
        self._has_space.set()
        self._task: asyncio.Task[None] | None = None
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
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        batch = self._take()
        if batch.rows or batch.endings:
            try:
                await self._commit(batch)
            except EarthshineError as error:
                log.error("the last %d events could not be stored: %s", len(batch.rows), error)

    def stream(self, response_id: str, stored: Iterable[bytes] = ()) -> JournalStream:
        """Open the stream of a response whose row, and whose `stored` events, are in the database."""
        return JournalStream(self, response_id, stored)

    async def load(self, response_id: str, after: int = -1) -> tuple[list[bytes], str]:
        """Return the stored events with numbers above `after`, and what the model wrote to cause them."""
        query = (
            select(events.c.event, events.c.raw)
            .where(events.c.response_id == response_id, events.c.sequence_number > after)
            .order_by(events.c.sequence_number)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [row.event for row in rows], b"".join(row.raw for row in rows).decode()

    async def timings(self, response_id: str) -> Timings:
        """Return when a response began and when its first piece was stored, as far as its journal tells."""
        query = (
            select(events.c.event, events.c.stored_ms)
            .where(events.c.response_id == response_id)
            .order_by(events.c.sequence_number)
            .limit(_BEGINNING)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return timings_of([(row.event, row.stored_ms) for row in rows])

    def add(self, stream: JournalStream, row: Row) -> None:
        """Queue one event; what is added to a lost stream is dropped."""
        if stream.lost:
            return
        if not self._batch.rows:
            self._batch.since = time.perf_counter()
        self._batch.rows.append((stream, row))
        if len(self._batch.rows) > _BACKLOG:
            self._has_space.clear()
        self._work.set()

    async def wait_for_space(self) -> None:
        """Wait while more events are queued than memory should hold."""
        if not self._has_space.is_set():
            await self._has_space.wait()

    def end(self, stream: JournalStream, writes: Sequence[Write]) -> asyncio.Future[None]:
        """Queue the rest of a stream together with `writes`; the future raises what they raise."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.endings.append(_Ending(stream, writes, stored))
        self._work.set()
        return stored

    def _take(self) -> _Batch:
        """Return what waits, and begin anew."""
        batch, self._batch = self._batch, _Batch()
        return batch

    async def _run(self) -> None:
        last = 0.0
        while True:
            await self._work.wait()
            pause = last + self._interval - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            last = time.perf_counter()
            self._work.clear()
            # A commit that has begun is finished, also when the journal is being closed. Nothing here keeps its batch,
            # which holds all that its endings know, until there is another.
            commit = asyncio.ensure_future(self._persist(self._take()))
            try:
                await asyncio.shield(commit)
            except asyncio.CancelledError:
                if not commit.done():
                    await asyncio.wait({commit}, timeout=5)
                raise

    async def _persist(self, batch: _Batch) -> None:
        """Commit, however often it takes: nothing is dropped because a disk is full for a while."""
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
        if len(self._batch.rows) <= _BACKLOG:
            self._has_space.set()

    async def _commit(self, batch: _Batch) -> None:
        failures: dict[int, Exception] = {}
        async with self._database.write(urgent=True) as connection:
            lost = await self._lost(connection, batch)
            now = now_ms()
            rows = [
                {"response_id": key, "sequence_number": number, "event": event, "raw": raw.encode(), "stored_ms": now}
                for stream, (key, number, event, raw) in batch.rows
                if stream not in lost
            ]
            if rows:
                # Those that are there already came with a commit whose answer a broken connection has kept from us.
                await connection.execute(insert_new(connection, events), rows)
            for place, ending in enumerate(batch.endings):
                if ending.stream in lost:
                    failures[place] = TakenOver()
                    continue
                try:
                    async with connection.begin_nested():
                        for write in ending.writes:
                            await write(connection)
                except (EarthshineError, IntegrityError) as error:
                    failures[place] = error
                except DBAPIError as error:
                    # What can never be stored must not hold up the others for ever; the rest is worth another try.
                    refusal = translate(error)
                    if not isinstance(refusal, InvalidRequest):
                        raise
                    failures[place] = refusal
        self._publish(batch, lost, failures)

    async def _lost(self, connection: Connection, batch: _Batch) -> set[JournalStream]:
        """Return the streams of `batch` that are no longer ours to write."""
        streams = {stream for stream, _ in batch.rows} | {ending.stream for ending in batch.endings}
        lost = {stream for stream in streams if stream.lost}
        if self._fence is not None and (asked := streams - lost):
            held = await self._fence(connection, [stream.response_id for stream in asked])
            lost |= {stream for stream in asked if stream.response_id not in held}
        return lost

    def _publish(self, batch: _Batch, lost: set[JournalStream], failures: dict[int, Exception]) -> None:
        if self.waits is not None and batch.rows:
            self.waits.append(time.perf_counter() - batch.since)
        fresh: dict[JournalStream, list[bytes]] = {}
        for stream, row in batch.rows:
            if stream not in lost:
                fresh.setdefault(stream, []).append(row[2])
        for stream, new in fresh.items():
            stream.publish(new)
        for stream in lost:
            stream.lose()
        for place, ending in enumerate(batch.endings):
            ending.stream.publish((), ended=True)
            if ending.stored.done():
                continue
            if place in failures:
                ending.stored.set_exception(failures[place])
            else:
                ending.stored.set_result(None)
