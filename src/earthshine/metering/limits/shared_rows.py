"""The rows that shared counters keep: reservations, windows, and the sums of what was spent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, select, union_all, update

from earthshine.database import Connection
from earthshine.metering.limits.counters import Claim, ReservationRecord, Row
from earthshine.metering.limits.kinds import SPEND, Kind, corrected_when_settled, counted, kept_until_settled
from earthshine.metering.limits.windows import day_of, window_start
from earthshine.metering.tables import reservations, spend, windows

Columns = tuple[str, str, str, str, str]
"""Organisation, scope, its id, kind, model or nothing."""


def columns_of(record: ReservationRecord, claim: Claim) -> Columns:
    """Return what names the limit of a claim in all these tables."""
    limit = claim.limit
    return record.organization, limit.scope, limit.scope_id, limit.kind, limit.model or ""


def named(columns: Columns) -> dict[str, str]:
    """Return them by the names of their columns."""
    return dict(zip(("organization", "scope", "scope_id", "kind", "model"), columns, strict=True))


async def find_used(connection: Connection, columns: Columns, now: int) -> int:
    """Return what is used and reserved, by one statement: one moment for all that it adds up."""
    organization, scope, scope_id, kind, model = columns
    start = window_start(cast("Kind", kind), now)
    if not kept_until_settled(cast("Kind", kind)):
        query = select(func.sum(windows.c.used)).where(_same(windows, columns), windows.c.start == start)
        return int((await connection.execute(query)).scalar() or 0)
    parts = [select(func.sum(reservations.c.amount).label("amount")).where(_same(reservations, columns))]
    if kind in SPEND:
        mine = (spend.c.organization == organization, spend.c.scope == scope, spend.c.scope_id == scope_id)
        where = [*mine, spend.c.day >= day_of(start)]
        if model:
            where.append(spend.c.model == model)
        parts.append(select(func.sum(spend.c.cost).label("amount")).where(*where))
    both = union_all(*parts).subquery()
    return int((await connection.execute(select(func.sum(both.c.amount)))).scalar() or 0)


def _same(table: Table, columns: Columns) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in named(columns).items()))


async def count(connection: Connection, columns: Columns, amount: int, start: int) -> None:
    """Count in the window that began at `start`; one that is over does not come back."""
    same = _same(windows, columns)
    counted = update(windows).where(same, windows.c.start == start).values(used=windows.c.used + amount)
    if (await connection.execute(counted)).rowcount or amount <= 0:
        return
    begun = update(windows).where(same, windows.c.start < start).values(start=start, used=amount)
    if not (await connection.execute(begun)).rowcount:
        await connection.execute(insert(windows).values(**named(columns), start=start, used=amount))


async def correct_windows(connection: Connection, settled: Sequence[tuple[ReservationRecord, Row | None, int]]) -> None:
    """Replace what was claimed by what was counted; each entry is a record, its row if it has one, and when that was.

    In the order in which reservations lock, so that two transactions cannot wait for each other.
    """
    changes: dict[tuple[Columns, int], int] = {}
    for record, row, now in settled:
        for claim in record.claims:
            if not corrected_when_settled(claim.limit.kind):
                continue
            difference = (counted(claim.limit.kind, row) if row else 0) - claim.amount
            # What was not used comes back to the window that they were taken from, if it still runs.
            start = window_start(claim.limit.kind, now if difference > 0 else record.admitted_at)
            key = (columns_of(record, claim), start)
            changes[key] = changes.get(key, 0) + difference
    for (columns, start), difference in sorted(changes.items()):
        await count(connection, columns, difference, start)


async def end_reservations(connection: Connection, records: Sequence[ReservationRecord]) -> None:
    """Remove what these hold: of a reservation that was split, one part only."""
    ids: dict[frozenset[str], list[str]] = {}
    for record in records:
        kinds = [claim.limit.kind for claim in record.claims if kept_until_settled(claim.limit.kind)]
        ids.setdefault(frozenset(kinds), []).append(record.id)
    for kinds, chosen in ids.items():
        if kinds:
            mine = reservations.c.id.in_(chosen) & reservations.c.kind.in_(sorted(kinds))
            await connection.execute(delete(reservations).where(mine))
