"""Counters in tables: exact for several processes on one database.

Each admission is one short transaction. It holds one lock for each limit that it counts against, always in the same
order, so that two requests cannot both see the last of a budget. What was spent is read from the sums that are kept in
the ledger's own transactions, and a reservation ends in the transaction that brings its row: at every moment, spent
plus reserved covers all work.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, literal, select, union_all, update

from earthshine.database import Connection, Database
from earthshine.database.dialects import take_turns
from earthshine.metering.clock import day_of, window_end, window_start
from earthshine.metering.counters import (
    Claim,
    Counters,
    Hold,
    Refused,
    Row,
    Standing,
    kept_until_settled,
    tokens_of,
)
from earthshine.metering.limits import SPEND
from earthshine.metering.tables import reservations, spend, windows

log = logging.getLogger(__name__)

_DEAD_EVERY = 3
"""Sweeps between two looks for dead processes."""


class Processes(Protocol):
    """The processes that share the database; see `earthshine.instances`."""

    id: str
    """This one's."""

    async def alive(self) -> frozenset[str]:
        """Return the ids of those whose hearts beat."""
        ...


class SharedCounters(Counters):
    """Several processes, one of them this."""

    def __init__(self, database: Database, processes: Processes) -> None:
        """`processes` tells who holds what, and who is dead."""
        self._database = database
        self._processes = processes
        self._instance = processes.id
        self._released: list[Hold] = []
        self._sweeps = 0

    async def open(self) -> None:
        """Do nothing: everything is in the tables."""

    async def take(self, hold: Hold, *, forced: bool = False) -> list[Standing]:
        """Take all claims in one transaction, or none."""
        claims = sorted(hold.claims, key=lambda claim: _columns(hold, claim))
        async with self._database.write() as connection:
            for claim in claims:
                await take_turns(connection, "limit " + "\0".join(_columns(hold, claim)))
            found = [(await connection.execute(_used(hold, claim))).scalar_one() for claim in claims]
            standings = [
                Standing(claim.limit, int(used), window_end(claim.limit.kind, hold.admitted_at))
                for claim, used in zip(claims, found, strict=True)
            ]
            for standing, claim in zip(standings, claims, strict=True):
                if not forced and standing.used + claim.amount > claim.limit.amount:
                    raise Refused(standing, claim)
            held = [claim for claim in claims if kept_until_settled(claim.limit.kind)]
            if held:
                await connection.execute(insert(reservations), [self._reservation(hold, claim) for claim in held])
            for claim in claims:
                if not kept_until_settled(claim.limit.kind):
                    await _use(connection, hold, claim, claim.amount, hold.admitted_at)
        return [
            Standing(standing.limit, standing.used + claim.amount, standing.resets_at)
            for standing, claim in zip(standings, claims, strict=True)
        ]

    def settle(self, hold: Hold, row: Row) -> None:
        """Do nothing: `store` counts it, together with its row."""

    def release(self, hold: Hold) -> None:
        """Remember it for the next `sweep`."""
        if hold.claims:
            self._released.append(hold)

    async def store(self, connection: Connection, settled: Sequence[tuple[Hold, Row | None]]) -> None:
        """End the reservations of settled work, and correct its tokens."""
        await _end(connection, [hold for hold, _ in settled])
        await _correct(connection, [(hold, tokens_of(row), row["created_at"]) for hold, row in settled if row])

    async def sweep(self) -> None:
        """End what was released here, and what processes that died had reserved."""
        released, self._released = self._released, []
        try:
            if released:
                async with self._database.write() as connection:
                    await _end(connection, released)
                    await _correct(connection, [(hold, 0, hold.admitted_at) for hold in released])
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

    def _reservation(self, hold: Hold, claim: Claim) -> dict[str, Any]:
        organization, scope, scope_id, kind, model = _columns(hold, claim)
        return {
            "id": hold.id,
            "organization": organization,
            "scope": scope,
            "scope_id": scope_id,
            "kind": kind,
            "model": model,
            "amount": claim.amount,
            "instance": self._instance,
        }


def _columns(hold: Hold, claim: Claim) -> tuple[str, str, str, str, str]:
    limit = claim.limit
    return hold.organization, limit.scope, limit.scope_id, limit.kind, limit.model or ""


def _used(hold: Hold, claim: Claim) -> Select[Any]:
    """Return the query of what is used and reserved, as one statement: one moment for all that it adds up."""
    limit, now = claim.limit, hold.admitted_at
    if not kept_until_settled(limit.kind):
        start = window_start(limit.kind, now)
        return select(func.coalesce(func.sum(windows.c.used), 0)).where(
            _same(windows, hold, claim), windows.c.start == start
        )
    parts = [select(func.sum(reservations.c.amount).label("amount")).where(_same(reservations, hold, claim))]
    if limit.kind in SPEND:
        where = [
            spend.c.organization == hold.organization,
            spend.c.scope == limit.scope,
            spend.c.scope_id == limit.scope_id,
            spend.c.day >= day_of(window_start(limit.kind, now)),
        ]
        if limit.model is not None:
            where.append(spend.c.model == limit.model)
        parts.append(select(func.sum(spend.c.cost).label("amount")).where(*where))
    both = union_all(*parts).subquery()
    return select(func.coalesce(func.sum(both.c.amount), literal(0)))


def _same(table: Any, hold: Hold, claim: Claim) -> ColumnElement[bool]:
    organization, scope, scope_id, kind, model = _columns(hold, claim)
    return and_(
        table.c.organization == organization,
        table.c.scope == scope,
        table.c.scope_id == scope_id,
        table.c.kind == kind,
        table.c.model == model,
    )


async def _use(connection: Connection, hold: Hold, claim: Claim, amount: int, now: int) -> None:
    """Count requests or tokens in the current window. Only what was admitted in it can be taken back from it."""
    start = window_start(claim.limit.kind, now)
    if amount == 0 or (amount < 0 and start != window_start(claim.limit.kind, hold.admitted_at)):
        return
    same = _same(windows, hold, claim)
    added = await connection.execute(
        update(windows).where(same, windows.c.start == start).values(used=windows.c.used + amount)
    )
    if added.rowcount or amount < 0:
        return
    begun = await connection.execute(
        update(windows).where(same, windows.c.start < start).values(start=start, used=amount)
    )
    if begun.rowcount:
        return
    organization, scope, scope_id, kind, model = _columns(hold, claim)
    await connection.execute(
        insert(windows).values(
            organization=organization, scope=scope, scope_id=scope_id, kind=kind, model=model, start=start, used=amount
        )
    )


async def _correct(connection: Connection, counted: Sequence[tuple[Hold, int, int]]) -> None:
    """Replace reserved tokens by those counted; each entry is a hold, its tokens and the time of their counting.

    In the order in which admissions lock, so that two transactions cannot wait for each other.
    """
    changes = [
        (_columns(hold, claim), hold, claim, tokens - claim.amount, now)
        for hold, tokens, now in counted
        for claim in hold.claims
        if claim.limit.kind == "tokens_per_minute"
    ]
    for _, hold, claim, difference, now in sorted(changes, key=lambda change: change[0]):
        await _use(connection, hold, claim, difference, now)


async def _end(connection: Connection, holds: Sequence[Hold]) -> None:
    ids = [hold.id for hold in holds if any(kept_until_settled(claim.limit.kind) for claim in hold.claims)]
    if ids:
        await connection.execute(delete(reservations).where(reservations.c.id.in_(ids)))
