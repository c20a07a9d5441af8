"""Reading runs, whoever performs them: this process, another one, or nobody any more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from sqlalchemy import select

from earthshine.database import Database
from earthshine.runs.journal.journal import Journal
from earthshine.runs.journal.remote import RemoteStreams
from earthshine.runs.records import UNFINISHED
from earthshine.runs.run import Run
from earthshine.runs.tables import runs

_AT_ONCE = 1000
"""Events of an ended run handed out in one piece."""


class Readers:
    """What readers of this process see; only ever what is stored."""

    def __init__(self, database: Database, journal: Journal, remote: RemoteStreams) -> None:
        self._database = database
        self._journal = journal
        self._remote = remote

    async def events(self, run_id: str, after: int = -1) -> AsyncGenerator[Sequence[bytes]]:
        """Return the events above `after` of a run that is not performed here, and those to come."""
        async with self._database.read() as connection:
            status = (await connection.execute(select(runs.c.status).where(runs.c.id == run_id))).scalar_one_or_none()
        if status in UNFINISHED:
            return self._elsewhere(run_id, after)
        stored, _ = await self._journal.load(run_id, after)
        return _in_pieces(stored)

    async def follow(self, run: Run, after: int = -1) -> AsyncGenerator[Sequence[bytes]]:
        """Yield the events above `after` of a run of this process; also those of whoever goes on with it."""
        async for batch in run.stream.read(after):
            after += len(batch)
            yield batch
        if run.stream.lost:
            async for batch in self._elsewhere(run.id, after):
                yield batch

    async def _elsewhere(self, run_id: str, after: int) -> AsyncGenerator[Sequence[bytes]]:
        async with self._remote.follow(run_id) as stream:
            async for batch in stream.read(after):
                yield batch


async def _in_pieces(stored: Sequence[bytes]) -> AsyncGenerator[Sequence[bytes]]:
    for start in range(0, len(stored), _AT_ONCE):
        yield stored[start : start + _AT_ONCE]
