"""Streams of runs that other processes perform, or nobody now: read from the journal's table while they grow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from earthshine.database import Database
from earthshine.database.dialects import among
from earthshine.errors import EarthshineError
from earthshine.runs.journal.journal import Journal
from earthshine.runs.journal.stream import Stream
from earthshine.runs.records import UNFINISHED
from earthshine.runs.tables import run_events, runs
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)

_INTERVAL = 0.05
"""Seconds between two looks: about those between two commits of a writer."""
_PAUSE_AFTER_FAILURE = 1.0
_AT_ONCE = 100


@dataclass(slots=True)
class _Followed:
    stream: Stream
    readers: int = 0


class RemoteStreams:
    """One look at the tables serves all readers of this process; while nobody reads there is none."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._followed: dict[str, _Followed] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def follow(self, run_id: str) -> AsyncGenerator[Stream]:
        """Give the stream of a run while it is being read; it ends when the run has, or is deleted."""
        if run_id not in self._followed:
            stored, _ = await self._journal.load(run_id)
            self._followed.setdefault(run_id, _Followed(Stream(stored)))
        followed = self._followed[run_id]
        followed.readers += 1
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="remote streams")
        try:
            yield followed.stream
        finally:
            followed.readers -= 1
            if not followed.readers:
                del self._followed[run_id]

    async def close(self) -> None:
        """Stop looking; readers come to their end."""
        await end_tasks(self._task)
        for followed in self._followed.values():
            followed.stream.publish((), ended=True)

    async def _run(self) -> None:
        try:
            while self._followed:
                pause = _INTERVAL
                try:
                    await self._look()
                except Exception as error:
                    unexpected = not isinstance(error, EarthshineError)
                    log.warning("streams of other servers cannot be read for now: %s", error, exc_info=unexpected)
                    pause = _PAUSE_AFTER_FAILURE
                await asyncio.sleep(pause)
        finally:
            self._task = None

    async def _look(self) -> None:
        open_streams = [(key, followed.stream) for key, followed in self._followed.items() if not followed.stream.ended]
        for start in range(0, len(open_streams), _AT_ONCE):
            await self._catch_up(open_streams[start : start + _AT_ONCE])

    async def _catch_up(self, followed: Sequence[tuple[str, Stream]]) -> None:
        after = [
            and_(run_events.c.run_id == key, run_events.c.sequence_number >= len(stream.events))
            for key, stream in followed
        ]
        fresh: dict[str, list[bytes]] = {}
        async with self._database.read() as connection:
            mine = among(connection, runs.c.id, [key for key, _ in followed])
            rows = await connection.execute(select(runs.c.id, runs.c.status).where(mine))
            statuses = {row.id: row.status for row in rows}
            for row in await connection.execute(
                select(run_events.c.run_id, run_events.c.event)
                .where(or_(*after))
                .order_by(run_events.c.run_id, run_events.c.sequence_number)
            ):
                fresh.setdefault(row.run_id, []).append(row.event)
        for key, stream in followed:
            stream.publish(fresh.get(key, ()), ended=statuses.get(key) not in UNFINISHED)
