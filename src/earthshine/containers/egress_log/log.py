"""The log of connections that sandboxes tried to make: kept for people, and never in the way of anybody's work.

A connection is spooled when it has ended and brought into the table with others. What cannot be kept, because the disk
is full for long, is counted and left out: a program in a sandbox could otherwise take the server's memory.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from contextlib import suppress
from typing import Any, get_args

from sqlalchemy import Row, delete, select

from earthshine.containers.egress_log.tables import egress_log
from earthshine.database import Database
from earthshine.database.dialects import insert_new
from earthshine.egress import Record
from earthshine.egress.record import Verdict
from earthshine.errors import EarthshineError
from earthshine.ids import new_id
from earthshine.metering.ledger.spool import Spool
from earthshine.periodic import Periodic

Json = dict[str, Any]

VERDICTS: tuple[Verdict, ...] = tuple(each for each in get_args(Verdict) if each != "open")
_WITHIN = 1.0
"""Seconds from a connection's end to its row; refusals of one kind in this time are one row."""
_SWEEP_SECONDS = 600.0
_RETRY_SECONDS = (1.0, 5.0, 15.0)
_MOST_WAITING = 10_000
_BATCH = 500
_KIND = ("container_id", "method", "host", "port", "verdict")

log = logging.getLogger(__name__)


class EgressLog:
    """The way of what proxies tell into the table `egress_log`."""

    def __init__(self, database: Database, spool: Spool, *, days: float, rows: int) -> None:
        """`days` for which a row is kept, 0 for always; `rows` that are kept at most."""
        self._database, self._spool, self._days, self._rows = database, spool, days, rows
        self._waiting: list[Json] = []
        self._refused: dict[tuple[Any, ...], Json] = {}
        """Refusals that wait, by their kind."""
        self._swept = 0.0
        self._opened = False
        self._writing = Periodic("egress log", self._write, _SWEEP_SECONDS, first=0, retry=_RETRY_SECONDS)
        self.counts: Counter[Verdict] = Counter(dict.fromkeys(VERDICTS, 0))
        """Connections since the start, by what became of them."""
        self.left_out = 0
        """Of these, how many could not be kept."""

    async def open(self) -> None:
        """Take up what the last process left, and begin to write."""
        known = set(egress_log.c.keys())
        self._waiting = [row for row in self._spool.read() if row.keys() == known]
        self._opened = True
        self._writing.start()

    async def close(self) -> None:
        """Write what waits, once; what cannot be written waits in the spool for the next start."""
        if not self._opened:
            return
        self._opened = False
        await self._writing.close()
        with suppress(EarthshineError):
            await self.flush()
        self._spool.close()

    def add(self, container: Row[Any], record: Record) -> None:
        """Note a connection that has ended. Raises nothing: whatever happens to the log, work goes on."""
        self.counts[record.verdict] += 1
        row = _row(container, record)
        kind = tuple(row[name] for name in _KIND)
        alike = self._refused.get(kind)
        if alike is not None:
            alike["times"] += 1
            return
        if len(self._waiting) >= _MOST_WAITING:
            self.left_out += 1
            return
        if not record.address:
            self._refused[kind] = row
        self._waiting.append(row)
        with suppress(OSError):  # it is in memory, and may be in the table before the disk is free again
            self._spool.append(row)
        self._writing.soon(within=_WITHIN)

    async def flush(self) -> None:
        """Bring everything noted until now into the table. Raises what the database raises."""
        batch, self._waiting, self._refused = self._waiting, [], {}
        full = self._spool.turn()
        try:
            for start in range(0, len(batch), _BATCH):
                async with self._database.write() as connection:
                    await connection.execute(insert_new(connection, egress_log), batch[start : start + _BATCH])
        except BaseException:
            self._waiting = batch + self._waiting
            # Both files hold what is still needed; writing goes on in the one that it was in.
            self._spool.turn()
            raise
        self._spool.empty(full)

    async def sweep(self) -> None:
        """Remove what is too old, and what is too much."""
        log_, late = egress_log.c, int(time.time() - self._days * 86_400)
        beyond = select(log_.id).order_by(log_.id.desc()).offset(self._rows).limit(1)
        async with self._database.write() as connection:
            if self._days:
                await connection.execute(delete(egress_log).where(log_.at < late))
            newest = await connection.scalar(beyond)
            if newest is not None:
                await connection.execute(delete(egress_log).where(log_.id <= newest))
        self._swept = time.monotonic()

    async def _write(self) -> None:
        if self._waiting:
            await self.flush()
        if not self._swept or time.monotonic() - self._swept > _SWEEP_SECONDS:
            await self.sweep()


def _row(container: Row[Any], record: Record) -> Json:
    return {
        "id": new_id("egress"),
        "project": container.project,
        "container_id": container.id,
        "at": int(record.at),
        "method": record.method[:16],
        "host": record.host[:256],
        "port": record.port,
        "address": record.address[:64],
        "verdict": record.verdict,
        "times": 1,
        "sent": record.sent,
        "received": record.received,
        "milliseconds": int(record.seconds * 1000),
    }
