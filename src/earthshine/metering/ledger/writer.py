"""The ledger: one row for each piece of work, whose key is the work's own id, so that nothing is ever charged twice.

Rows arrive in two ways. Those of stored responses are written in the transaction that stores how the response ended.
All others are spooled before the reply's last byte leaves, and brought here a few times in a second, many in one
transaction.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import insert, select

from earthshine.database import Connection, Database
from earthshine.database.dialects import among, insert_adding, insert_new, take_turns
from earthshine.errors import EarthshineError, StorageFull, Unavailable
from earthshine.metering.ledger.row import UNCOUNTED
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.limits.counters import Counters, ReservationRecord, Row, scopes_of
from earthshine.metering.limits.windows import day_of
from earthshine.metering.tables import ledger, spend
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)

Settled = tuple[ReservationRecord | None, Row]

_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
_BATCH = 500
"""Rows of one statement; SQLite and PostgreSQL both bound the parameters of one."""
_SWEEP_SECONDS = 1.0
_MOST_WAITING = 100_000
_PATIENT = 5
"""Failures of whole batches before their rows are tried alone."""
_COLUMNS = frozenset(ledger.c.keys())


class Ledger:
    """The way of every settlement into the table `ledger`."""

    def __init__(self, database: Database, counters: Counters, spool: Spool, *, interval: float = 0.1) -> None:
        """Commit every `interval` seconds at most. Call `open` before the first settlement."""
        self._database = database
        self._counters = counters
        self._spool = spool
        self._interval = interval
        self._waiting: list[Settled] = []
        self._unspooled: list[Row] = []
        self._turn = asyncio.Lock()
        self._writing = Periodic("ledger", self._write_and_sweep, _SWEEP_SECONDS, retry=_RETRY_SECONDS)
        self._swept = 0.0
        self._opened = False
        self.waits: list[float] | None = None
        """When set to a list: seconds that each commit took."""

    @property
    def backlog(self) -> int:
        """Settlements that are spooled and not yet in the table."""
        return len(self._waiting)

    async def open(self) -> None:
        """Bring in what the spool still holds, then begin to work."""
        left: list[Settled] = [(None, _whole(row)) for row in self._spool.read()]
        if left:
            log.info("%d settlements of the last run are brought into the ledger", len(left))
            await self._commit(left)
        for number in (0, 1):
            self._spool.empty(number)
        await self._counters.open()
        self._opened = True
        self._writing.start()

    async def close(self) -> None:
        """Bring in what is left, once; what cannot be is in the spool for the next start."""
        if not self._opened:
            return
        self._opened = False
        await self._writing.close()
        try:
            await self.flush()
            await self._counters.sweep()
        except EarthshineError as error:
            self._spool_again()
            self._spool.sync()
            log.error("%d settlements wait in the spool for the next start: %s", len(self._waiting), error.message)
            for row in self._unspooled:
                log.critical("a settlement is lost, because the disk is full: %s", row)
        finally:
            await self._counters.close()
            self._spool.close()

    def check(self) -> None:
        """Raise `StorageFull` while a settlement could not be spooled: no work may begin that could not be charged."""
        if self._unspooled:
            raise StorageFull(
                "The disk that holds the data directory is full, so work cannot be accounted for. Free some space.",
                retry_after=5,
            )
        if len(self._waiting) > _MOST_WAITING:
            raise Unavailable(
                f"{len(self._waiting)} settlements wait for the database, so no more work is taken on. Try again soon.",
                retry_after=5,
            )

    def add(self, record: ReservationRecord, row: Row) -> None:
        """Spool a settlement. When the disk is full it is kept in memory, and tried again until it is stored."""
        try:
            self._spool.append(row)
        except OSError as error:
            log.error("the settlement of %s could not be spooled, and waits in memory: %s", row["id"], error)
            self._unspooled.append(row)
        self._waiting.append((record, row))
        self._writing.soon(within=self._interval)

    async def write(self, connection: Connection, settled: Sequence[Settled]) -> None:
        """Store rows in the caller's transaction; those that are there already are left as they are."""
        # On PostgreSQL, sums of several servers are added up one after the other.
        await take_turns(connection, "ledger")
        for start in range(0, len(settled), _BATCH):
            part = settled[start : start + _BATCH]
            new = await _insert(connection, [row for _, row in part])
            await _add_up(connection, list(new.values()))
            held = [(record, new.get(row["id"])) for record, row in part if record is not None and record.claims]
            if held:
                await self._counters.store(connection, held)

    async def flush(self, *, one_by_one: bool = False) -> None:
        """Bring everything settled until now into the table. Raises what the database raises.

        `one_by_one` gives each row a transaction of its own, and sets aside what cannot be stored whatever is done.
        """
        async with self._turn:
            batch, self._waiting = self._waiting, []
            unspooled = len(self._unspooled)
            full = self._spool.turn()
            if batch:
                try:
                    await (self._commit_one_by_one(batch) if one_by_one else self._commit(batch))
                except BaseException:
                    self._waiting = batch + self._waiting
                    # Both files hold what is still needed; writing goes on in the one that it was in.
                    self._spool.turn()
                    raise
            del self._unspooled[:unspooled]
            self._spool.empty(full)

    def _spool_again(self) -> None:
        """Try to spool what could not be."""
        with suppress(OSError):
            while self._unspooled:
                self._spool.append(self._unspooled[0])
                del self._unspooled[0]

    async def _commit(self, batch: Sequence[Settled]) -> None:
        begun = asyncio.get_running_loop().time()
        async with self._database.write() as connection:
            await self.write(connection, batch)
        if self.waits is not None:
            self.waits.append(asyncio.get_running_loop().time() - begun)

    async def _commit_one_by_one(self, batch: Sequence[Settled]) -> None:
        for record, row in batch:
            try:
                await self._commit([(record, row)])
            except (StorageFull, Unavailable):
                raise
            except Exception:
                log.exception("the settlement of %s cannot be stored, and is set aside", row["id"])
                self._spool.set_aside(row)
                if record is not None and record.claims:
                    async with self._database.write() as connection:
                        await self._counters.store(connection, [(record, None)])

    async def _write_and_sweep(self) -> None:
        try:
            # A commit that has begun is finished, also when the server is being stopped.
            await _unbroken(self.flush(one_by_one=self._writing.failures >= _PATIENT))
            if time.monotonic() - self._swept > _SWEEP_SECONDS:
                self._swept = time.monotonic()
                await self._counters.sweep()
        except Exception:
            self._spool_again()
            await asyncio.to_thread(self._spool.sync)
            log.error("%d settlements wait to be brought into the ledger", len(self._waiting))
            raise


def _whole(row: Row) -> Row:
    """Return a row of an earlier version with the columns of this one."""
    return UNCOUNTED | {name: value for name, value in row.items() if name in _COLUMNS}


async def _unbroken(work: Any) -> None:
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait({task}, timeout=5)
        raise


async def _insert(connection: Connection, rows: Sequence[Row]) -> dict[str, Row]:
    """Insert the rows that are not there yet, and return these by id."""
    if len(rows) == 1:
        # The end of a stored response, between others of the same transaction: one statement instead of two.
        inserted = await connection.execute(insert_new(connection, ledger), rows[0])
        return {row["id"]: row for row in rows if inserted.rowcount}
    known = select(ledger.c.id).where(among(connection, ledger.c.id, [row["id"] for row in rows]))
    there = set((await connection.execute(known)).scalars())
    new = {row["id"]: row for row in rows if row["id"] not in there}
    if new:
        await connection.execute(insert(ledger), list(new.values()))
    return new


async def _add_up(connection: Connection, rows: Sequence[Row]) -> None:
    """Add new rows to the sums that budgets are checked against."""
    sums: dict[tuple[str, str, str, str, int], int] = {}
    for row in rows:
        if row["cost"]:
            for scope, scope_id in scopes_of(row):
                key = (row["organization"], scope, scope_id, row["model"], day_of(row["created_at"]))
                sums[key] = sums.get(key, 0) + row["cost"]
    if sums:
        names = ("organization", "scope", "scope_id", "model", "day")
        added = [{**dict(zip(names, key, strict=True)), "cost": cost} for key, cost in sorted(sums.items())]
        await connection.execute(insert_adding(connection, spend, "cost"), added)
