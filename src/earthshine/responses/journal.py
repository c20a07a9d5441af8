"""The journal: every event of every response is numbered, stored, and only then seen.

All streams together share one transaction about every 50 ms (group commit). What was committed is handed to live
readers from memory; each reader walks the list at its own pace, so a slow one slows nobody.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import insert, select

from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError
from earthshine.responses.tables import events

log = logging.getLogger(__name__)

Write = Callable[[Connection], Awaitable[None]]

_BACKLOG = 20_000
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class Stream:
    """The numbered events of one response: one writer, any number of readers.

    This class alone is the stream of a response that is not stored: what is appended can be read at once.
    """

    def __init__(self, stored: Iterable[bytes] = ()) -> None:
        self.events: list[bytes] = list(stored)
        """What readers may see; an event's number is its place."""
        self.ended = False
        self._grown = asyncio.Event()

    def append(self, event: bytes, raw: str = "") -> None:
        """Add the next event. `raw` is what the model wrote to cause it."""
        self._publish((event,))

    async def room(self) -> None:
        """Wait while the writer is too far ahead of the storage."""

    def end(self, *writes: Write) -> asyncio.Future[None]:
        """Queue what is left, and `writes` with it, for one transaction; the future is done when it is stored.

        Queued before this returns, so that no commit can part the last events from `writes`. Then readers come to
        their end.
        """
        self._publish((), ended=True)
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stored.set_result(None)
        return stored

    async def read(self, after: int = -1) -> AsyncGenerator[Sequence[bytes]]:
        """Yield the events with numbers above `after`, in batches, until the stream ends."""
        position = after + 1
        while True:
            if position < len(self.events):
                batch = self.events[position:]
                position += len(batch)
                yield batch
            elif self.ended:
                return
            else:
                await self._grown.wait()

    def _publish(self, new: Iterable[bytes], *, ended: bool = False) -> None:
        self.events.extend(new)
        self.ended = self.ended or ended
        self._grown.set()
        self._grown = asyncio.Event()


class JournalStream(Stream):
    """A stream whose events are read only after they are stored."""

    def __init__(self, journal: Journal, response_id: str, stored: Iterable[bytes] = ()) -> None:
        super().__init__(stored)
        self._journal = journal
        self._response_id = response_id
        self._next = len(self.events)

    def append(self, event: bytes, raw: str = "") -> None:
        """Queue the next event for the next commit."""
        self._journal.add(self, (self._response_id, self._next, event, raw))
        self._next += 1

    async def room(self) -> None:
        """Wait while the database is behind (a full disk, a lock)."""
        await self._journal.room()

    def end(self, *writes: Write) -> asyncio.Future[None]:
        """Queue the last events and `writes` for one transaction."""
        return self._journal.seal(self, writes)


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

    def __init__(self, database: Database, interval: float = 0.05) -> None:
        self._database = database
        self._interval = interval
        self._batch = _Batch()
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
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
        batch, self._batch = self._batch, _Batch()
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

    def add(self, stream: JournalStream, row: Row) -> None:
        """Queue one event."""
        if not self._batch.rows:
            self._batch.since = time.perf_counter()
        self._batch.rows.append((stream, row))
        if len(self._batch.rows) > _BACKLOG:
            self._room.clear()
        self._work.set()

    async def room(self) -> None:
        """Wait while more events are queued than memory should hold."""
        if not self._room.is_set():
            await self._room.wait()

    def seal(self, stream: JournalStream, writes: Sequence[Write]) -> asyncio.Future[None]:
        """Queue the rest of a stream together with `writes`; the future raises what they raise."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.endings.append(_Ending(stream, writes, stored))
        self._work.set()
        return stored

    async def _run(self) -> None:
        last = 0.0
        while True:
            await self._work.wait()
            pause = last + self._interval - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            last = time.perf_counter()
            self._work.clear()
            batch, self._batch = self._batch, _Batch()
            # A commit that has begun is finished, also when the journal is being closed.
            commit = asyncio.ensure_future(self._persist(batch))
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
            self._room.set()

    async def _commit(self, batch: _Batch) -> None:
        failures: dict[int, Exception] = {}
        async with self._database.write() as connection:
            if batch.rows:
                await connection.execute(
                    insert(events),
                    [
                        {"response_id": key, "sequence_number": number, "event": event, "raw": raw.encode()}
                        for _, (key, number, event, raw) in batch.rows
                    ],
                )
            for place, ending in enumerate(batch.endings):
                try:
                    async with connection.begin_nested():
                        for write in ending.writes:
                            await write(connection)
                except EarthshineError as error:
                    failures[place] = error
        self._publish(batch, failures)

    def _publish(self, batch: _Batch, failures: dict[int, Exception]) -> None:
        if self.waits is not None and batch.rows:
            self.waits.append(time.perf_counter() - batch.since)
        fresh: dict[JournalStream, list[bytes]] = {}
        for stream, row in batch.rows:
            fresh.setdefault(stream, []).append(row[2])
        for stream, new in fresh.items():
            stream._publish(new)  # pyright: ignore[reportPrivateUsage] - the journal is the other half of its streams
        for place, ending in enumerate(batch.endings):
            ending.stream._publish((), ended=True)  # pyright: ignore[reportPrivateUsage]
            if ending.stored.done():
                continue
            if place in failures:
                ending.stored.set_exception(failures[place])
            else:
                ending.stored.set_result(None)
