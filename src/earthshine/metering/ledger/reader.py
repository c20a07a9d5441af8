"""Reading the ledger for a report: from its rows, and from the kept sums of busy days."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from earthshine.accounts.keys.families import newest_of
from earthshine.database import Database
from earthshine.metering.ledger.days import summed
from earthshine.metering.ledger.sums import DAY, Group, Rows, Totals, sum_days, sum_rows
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.tables import ledger, ledger_days


async def sum_ledger(
    database: Database, rows: Rows, span: Bucket, width: int, by: Sequence[str], now: int | None = None
) -> list[Group]:
    """Return the sums of a stretch of time by bucket and by these columns of the ledger, in that order.

    Busy days that are over are summed once and remembered, as long as the ledger has no further row of them.
    """
    days: set[int] = set()
    if width == DAY:
        days = await summed(database, rows.organization, span, int(time.time()) if now is None else now)
    groups: list[Group] = []
    async with database.read() as connection:
        for part in _rest(span, days):
            groups += await sum_rows(connection, part, width, by, rows.on(ledger))
        if days:
            groups += await sum_days(connection, days, by, rows.on(ledger_days))
        if "key_id" in by:
            groups = _joined(groups, list(by).index("key_id"), await newest_of(connection, rows.organization))
    return sorted(groups, key=lambda group: (group.bucket, group.keys))


def _joined(groups: Sequence[Group], place: int, newest: Mapping[str, str]) -> list[Group]:
    """Add up, as the newest one's, what keys did that followed one another; `place` is where groups name them."""
    sums: dict[tuple[int, tuple[str, ...]], Totals] = {}
    for group in groups:
        keys = list(group.keys)
        keys[place] = newest.get(keys[place], keys[place])
        name = (group.bucket, tuple(keys))
        sums[name] = sums[name] + group.totals if name in sums else group.totals
    return [Group(bucket, keys, totals) for (bucket, keys), totals in sums.items()]


def _rest(span: Bucket, days: set[int]) -> list[Bucket]:
    """Return what is left of a stretch of time without these days."""
    rest: list[Bucket] = []
    at = span.start
    for day in sorted(days):
        if at < day * DAY:
            rest.append(Bucket(at, day * DAY))
        at = (day + 1) * DAY
    return [*rest, Bucket(at, span.end)] if at < span.end else rest
