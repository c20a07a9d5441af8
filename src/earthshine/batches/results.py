"""The results of a batch's lines: stored as they come, and made into files in the end.

A result is committed before it is counted, fenced like all that a run stores: of two servers that think they perform
a batch, one stores. A line without a result was never done, as far as anybody can see, and is done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import case, delete, func, select, update

from earthshine.batches.tables import TOKENS, batch_results, batches
from earthshine.database import Connection, Database, insert_new
from earthshine.metering.usage import Usage
from earthshine.runs import Run

_WAITING = 64
"""Results that may wait for a commit: as many lines are asked again after a crash, and those under way."""
_READ = 200
"""Results that are read at once."""
_REMOVED = 1000
"""Results that are removed in one transaction."""
_ENDED = ("completed", "failed", "expired", "cancelled")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line."""

    number: int
    succeeded: bool
    line: bytes
    """Of the output or error file."""
    usage: Usage

    @property
    def values(self) -> dict[str, Any]:
        """The columns of its row, without the batch."""
        used = self.usage
        tokens = (used.prompt_tokens, used.cached_tokens, used.completion_tokens, used.reasoning_tokens)
        shown = {"number": self.number, "succeeded": self.succeeded, "line": self.line}
        return shown | dict(zip(TOKENS, tokens, strict=True))

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to the counts of its batch."""
        values = self.values
        return {"completed" if self.succeeded else "failed": 1} | {name: values[name] for name in TOKENS}


class ResultWriter:
    """Stores the results of one batch, many in one commit."""

    def __init__(self, run: Run, done: set[int], counts: dict[str, int]) -> None:
        self._run, self._counts = run, counts
        self.done = done
        """The numbers of the lines whose results were stored before."""
        self._fresh: list[Result] = []
        self._storing = asyncio.Lock()

    @classmethod
    async def open(cls, run: Run, database: Database) -> ResultWriter:
        """Go on with what is stored of a batch."""
        mine = batch_results.c.batch_id == run.id
        sums = [func.coalesce(func.sum(batch_results.c[name]), 0) for name in TOKENS]
        completed = func.coalesce(func.sum(case((batch_results.c.succeeded, 1), else_=0)), 0)
        async with database.read() as connection:
            done = set(await connection.scalars(select(batch_results.c.number).where(mine)))
            row = (await connection.execute(select(completed, *sums).where(mine))).one()
        counts = {name: int(value) for name, value in zip(("completed", *TOKENS), row, strict=True)}
        return cls(run, done, counts | {"failed": len(done) - counts["completed"]})

    async def add(self, result: Result) -> None:
        """Store a result; returns when it is stored, or when few enough wait for the commit that is under way."""
        self._fresh.append(result)
        if not self._storing.locked() or len(self._fresh) > _WAITING:
            await self.store()

    async def store(self) -> None:
        """Store all that came. Raises `TakenOver`."""
        async with self._storing:
            while self._fresh:
                some = tuple(self._fresh)
                counts = dict(self._counts)
                for result in some:
                    for name, count in result.counts.items():
                        counts[name] += count
                await self._run.stream.record(partial(self._write, some, counts))
                del self._fresh[: len(some)]
                self._counts = counts

    async def _write(self, some: Sequence[Result], counts: dict[str, int], connection: Connection) -> None:
        # Made to be repeated, as a commit whose answer was lost is: the counts are no additions.
        rows = [{"batch_id": self._run.id, **result.values} for result in some]
        await connection.execute(insert_new(connection, batch_results), rows)
        await connection.execute(update(batches).where(batches.c.id == self._run.id).values(**counts))


async def read_results(database: Database, batch_id: str, *, succeeded: bool) -> AsyncGenerator[bytes]:
    """Yield the lines of the output file, or of the error file, in the order of the input."""
    last = 0
    while True:
        mine = (batch_results.c.batch_id == batch_id) & (batch_results.c.number > last)
        query = select(batch_results.c.number, batch_results.c.line)
        query = query.where(mine, batch_results.c.succeeded.is_(succeeded)).order_by(batch_results.c.number)
        async with database.read() as connection:
            rows = (await connection.execute(query.limit(_READ))).all()
        for row in rows:
            yield row.line
        if len(rows) < _READ:
            return
        last = rows[-1].number


async def remove_leftovers(database: Database) -> None:
    """Remove the results of batches that have ended or are gone: they are in files, or nobody's."""
    living = select(batches.c.id).where(batches.c.status.not_in(_ENDED))
    left = select(batch_results.c.batch_id).where(batch_results.c.batch_id.not_in(living)).limit(1)
    while True:
        async with database.write() as connection:
            batch_id = await connection.scalar(left)
            if batch_id is None:
                return
            mine = batch_results.c.batch_id == batch_id
            some = select(batch_results.c.number).where(mine).limit(_REMOVED).scalar_subquery()
            await connection.execute(delete(batch_results).where(mine, batch_results.c.number.in_(some)))
