"""Counters in tables: exact for several processes on one database.

Reservations take locks, one for each limit that they count against and always in the same order: two requests
cannot both see the last of a budget. Those that wait in one process share one transaction, so that a crowd waits for
one lock and not in a row. What was spent is read from the sums that are kept in the ledger's own transactions, and a
reservation ends in the transaction that brings its row: at every moment, spent plus reserved covers all work.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy import delete, insert, select

from earthshine.database import Connection, Database
from earthshine.database.dialects import take_turns
from earthshine.metering.limits.counters import (
    Claim,
    Counters,
    LimitExceeded,
    LimitStatus,
    ReservationRecord,
    Row,
)
from earthshine.metering.limits.kinds import kept_until_settled
from earthshine.metering.limits.shared_rows import (
    Columns,
    columns_of,
    correct_windows,
    count,
    end_reservations,
    find_used,
    named,
)
from earthshine.metering.limits.windows import window_end, window_start
from earthshine.metering.tables import reservations

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 100
"""Reservations that share a transaction."""
_DEAD_EVERY = 3
"""Sweeps between two looks for dead processes."""


class Processes(Protocol):
    """The processes that share the database; see `earthshine.instances`."""

    id: str
    """This one's."""

    async def alive(self) -> frozenset[str]:
        """Return the ids of those whose hearts beat."""
        ...


@dataclass(slots=True)
class _Ask:
    """One request that waits for its reservation."""

    record: ReservationRecord
    forced: bool
    answer: asyncio.Future[list[LimitStatus]]


class SharedCounters(Counters):
    """Several processes, one of them this."""

    def __init__(self, database: Database, processes: Processes) -> None:
        """`processes` tells who holds what, and who is dead."""
        self._database = database
        self._processes = processes
        self._instance = processes.id
        self._asks: list[_Ask] = []
        self._taking: asyncio.Task[None] | None = None
        self._released: list[ReservationRecord] = []
        self._sweeps = 0

    async def open(self) -> None:
        """End what earlier processes had reserved; all else is in the tables."""
        await self.sweep_dead()

    async def reserve(self, record: ReservationRecord, *, forced: bool = False) -> list[LimitStatus]:
        """Take all claims, or none, in a transaction together with those who ask at the same time."""
        ask = _Ask(record, forced, asyncio.get_running_loop().create_future())
        self._asks.append(ask)
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take_waiting(), name="admissions")
        try:
            return await asyncio.shield(ask.answer)
        except asyncio.CancelledError:
            # Its client has gone; what it may still be given is given back.
            ask.answer.add_done_callback(partial(self._unwanted, record))
            raise

    async def _take_waiting(self) -> None:
        while self._asks:
            batch = self._asks[:_MOST_AT_ONCE]
            del self._asks[:_MOST_AT_ONCE]
            try:
                answers = await self._take_together(batch)
            except Exception as error:
                answers = dict.fromkeys(range(len(batch)), error)
            for number, ask in enumerate(batch):
                answer = answers[number]
                if isinstance(answer, Exception):
                    ask.answer.set_exception(answer)
                else:
                    ask.answer.set_result(answer)

    async def _take_together(self, batch: Sequence[_Ask]) -> dict[int, list[LimitStatus] | Exception]:
        """Return for each number of the batch where its limits stand, or why it is refused."""
        now = max(ask.record.admitted_at for ask in batch)
        limits = {columns_of(ask.record, claim): claim.limit for ask in batch for claim in ask.record.claims}
        answers: dict[int, list[LimitStatus] | Exception] = {}
        reserved: list[dict[str, Any]] = []
        added: dict[Columns, int] = {}
        async with self._database.write() as connection:
            for columns in sorted(limits):
                await take_turns(connection, "limit " + "\0".join(columns))
            used = {columns: await find_used(connection, columns, now) for columns in sorted(limits)}
            for number, ask in enumerate(batch):
                claims = {columns_of(ask.record, claim): claim for claim in ask.record.claims}
                refused = None if ask.forced else _refused(claims, used, now)
                if refused is not None:
                    answers[number] = refused
                    continue
                for columns, claim in claims.items():
                    used[columns] += claim.amount
                    if kept_until_settled(claim.limit.kind):
                        reserved.append(self._reservation(ask.record, columns, claim))
                    else:
                        added[columns] = added.get(columns, 0) + claim.amount
                answers[number] = [_status(claim, used[columns], now) for columns, claim in claims.items()]
            if reserved:
                await connection.execute(insert(reservations), reserved)
            for columns, amount in sorted(added.items()):
                await count(connection, columns, amount, window_start(limits[columns].kind, now))
        return answers

    def _unwanted(self, record: ReservationRecord, answer: asyncio.Future[list[LimitStatus]]) -> None:
        if not answer.cancelled() and answer.exception() is None:
            self.release(record)

    def settle(self, record: ReservationRecord, row: Row) -> None:
        """Do nothing: `store` counts it, together with its row."""

    def release(self, record: ReservationRecord) -> None:
        """Remember it for the next `sweep`."""
        if record.claims:
            self._released.append(record)

    async def store(self, connection: Connection, settled: Sequence[tuple[ReservationRecord, Row | None]]) -> None:
        """End the reservations of settled work, and correct what it took of windows."""
        await end_reservations(connection, [record for record, _ in settled])
        await correct_windows(connection, [(record, row, row["created_at"]) for record, row in settled if row])

    async def sweep(self) -> None:
        """End what was released here, and what processes that died had reserved."""
        released, self._released = self._released, []
        try:
            if released:
                async with self._database.write() as connection:
                    await end_reservations(connection, released)
                    await correct_windows(connection, [(record, None, record.admitted_at) for record in released])
        except BaseException:
            self._released = released + self._released
            raise
        self._sweeps += 1
        if self._sweeps % _DEAD_EVERY == 0:
            await self.sweep_dead()

    async def sweep_dead(self) -> int:
        """End what dead processes had reserved; returns how many reservations that were."""
        async with self._database.read() as connection:
            holders = set((await connection.execute(select(reservations.c.instance).distinct())).scalars())
        if not holders - {self._instance}:
            return 0
        dead = holders - await self._processes.alive() - {self._instance}
        if not dead:
            return 0
        async with self._database.write() as connection:
            ended = await connection.execute(delete(reservations).where(reservations.c.instance.in_(dead)))
        log.warning("ended %d reservations of processes that died: %s", ended.rowcount, ", ".join(sorted(dead)))
        return ended.rowcount

    def _reservation(self, record: ReservationRecord, columns: Columns, claim: Claim) -> dict[str, Any]:
        return {"id": record.id, **named(columns), "amount": claim.amount, "instance": self._instance}


def _status(claim: Claim, used: int, now: int) -> LimitStatus:
    return LimitStatus(claim.limit, used, window_end(claim.limit.kind, now))


def _refused(claims: Mapping[Columns, Claim], used: Mapping[Columns, int], now: int) -> LimitExceeded | None:
    for columns, claim in claims.items():
        if used[columns] + claim.amount > claim.limit.amount:
            return LimitExceeded(_status(claim, used[columns], now), claim)
    return None
