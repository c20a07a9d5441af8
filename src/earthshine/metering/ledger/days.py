"""Sums of busy days that are over, kept beside the ledger so that a report need not read a million rows again.

Rows are only ever added to the ledger, so as long as a day has as many as were summed, its sums hold. Rows can come
late: a server that was killed brings in at its next start what it had spooled.
"""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy import delete, func, insert, select

from earthshine.database import Connection, Database, take_turns
from earthshine.errors import EarthshineError
from earthshine.metering.ledger.sums import DAY, TOTALS, Group, sum_rows
from earthshine.metering.prices.money import MOST_PICODOLLARS
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.tables import ledger, ledger_days, summed_days

log = logging.getLogger(__name__)

BUSY: Final = 2_000
"""Rows from which on a day is worth remembering; fewer are summed in milliseconds."""

_KEYS: Final = ("project", "key_id", "user", "model", "endpoint", "unit", "batch")


async def summed(database: Database, organization: str, span: Bucket, now: int) -> set[int]:
    """Return the whole days of `span` whose sums are kept and hold; sums first those that are not kept yet."""
    first, last = -(-span.start // DAY), min(span.end, now) // DAY
    if first >= last:
        return set()
    async with database.read() as connection:
        counts = await _counts(connection, organization, range(first, last))
        busy = {day: rows for day, rows in counts.items() if rows >= BUSY}
        if not busy:
            return set()
        kept = select(summed_days.c.day, summed_days.c.rows).where(
            summed_days.c.organization == organization, summed_days.c.day.in_(list(busy))
        )
        held = {row.day for row in (await connection.execute(kept)).all() if row.rows == busy[row.day]}
    for day in busy.keys() - held:
        try:
            if await _keep(database, organization, day):
                held.add(day)
        except EarthshineError as error:
            # The report can do without.
            log.warning("the sums of a day could not be kept: %s", error.message)
            break
    return held


async def _counts(connection: Connection, organization: str, days: range) -> dict[int, int]:
    """Count each day's rows, from the index alone."""
    questions = [
        select(func.count())
        .where(
            ledger.c.organization == organization,
            ledger.c.created_at >= day * DAY,
            ledger.c.created_at < (day + 1) * DAY,
        )
        .scalar_subquery()
        for day in days
    ]
    row = (await connection.execute(select(*questions))).one()
    return dict(zip(days, row, strict=True))


async def _keep(database: Database, organization: str, day: int) -> bool:
    """Sum one day and keep it; False for sums that are too large to be kept."""
    span = Bucket(day * DAY, (day + 1) * DAY)
    mine = (ledger.c.organization == organization,)
    async with database.read() as connection:
        before = (await _counts(connection, organization, range(day, day + 1)))[day]
        groups = await sum_rows(connection, span, DAY, _KEYS, mine)
        after = (await _counts(connection, organization, range(day, day + 1)))[day]
    if before != after or any(_largest(group) > MOST_PICODOLLARS for group in groups):
        return False
    whose = {"organization": organization, "day": day}
    rows = [
        {
            **whose,
            **dict(zip(_KEYS, group.keys, strict=True)),
            **{name: getattr(group.totals, name) for name in TOTALS},
        }
        for group in groups
    ]
    async with database.write() as connection:
        await take_turns(connection, "ledger days")
        for table in (ledger_days, summed_days):
            await connection.execute(delete(table).filter_by(**whose))
        await connection.execute(insert(ledger_days), rows)
        await connection.execute(insert(summed_days).values(**whose, rows=before))
    return True


def _largest(group: Group) -> int:
    return max(getattr(group.totals, name) for name in TOTALS)
