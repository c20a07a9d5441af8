"""Kept sums of busy days: they answer as the ledger's rows do, also when rows come late."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from earthshine.metering.ledger.days import BUSY
from earthshine.metering.ledger.reader import sum_ledger
from earthshine.metering.ledger.sums import DAY, Group, Rows, sum_rows
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.tables import ledger, ledger_days, summed_days
from tests.metering.reports_app import Reports

SPAN = Bucket(100, 6 * DAY + 7)
NOW = 5 * DAY + 50


def busy(days: int, rows: int = BUSY, **given: Any) -> list[dict[str, Any]]:
    """Return so many rows of each of the first days, of a few keys and models."""
    return [
        {
            "created_at": day * DAY + index * DAY // rows,
            "key_id": f"key_{index % 3}",
            "model": f"model_{index % 2}",
            "endpoint": ("responses", "embeddings")[index % 5 == 0],
            "hosted_cost": index if index % 7 else None,
            "partial": index % 11 == 0,
            "estimated": index % 13 == 0,
            "cost": index,
            "unit": ("tokens", "searches")[index % 17 == 0],
            "quantity": index,
            "milliseconds": index,
            "unit_cost": index,
            **given,
        }
        for day in range(days)
        for index in range(rows)
    ]


async def kept(reports: Reports) -> set[int]:
    async with reports.database.read() as connection:
        return set((await connection.execute(select(summed_days.c.day))).scalars())


async def both(reports: Reports, rows: Rows, by: list[str]) -> tuple[list[Group], list[Group]]:
    """Return what is answered, and what the rows themselves say."""
    answered = await sum_ledger(reports.database, rows, SPAN, DAY, by, NOW)
    async with reports.database.read() as connection:
        return answered, await sum_rows(connection, SPAN, DAY, by, rows.on(ledger))


async def test_answers_as_the_rows_do(reports: Reports) -> None:
    await reports.write([*busy(6), *busy(3, 10, organization="org_other")])
    rows = Rows("default", {"endpoint": ("responses",)})
    for by in ([], ["model"], ["key_id", "model"], ["user"], ["project"], ["model", "unit"]):
        for chosen in (rows, Rows("default", {"model": ["model_1"], "key_id": []}), Rows("org_other")):
            answered, said = await both(reports, chosen, by)
            assert answered == said
    # The first day is not whole, the sixth is not over.
    assert await kept(reports) == {1, 2, 3, 4}


async def test_kept_sums_are_what_is_read(reports: Reports) -> None:
    await reports.write(busy(4))
    rows = Rows("default")
    before, said = await both(reports, rows, [])
    assert before == said
    async with reports.database.write() as connection:
        await connection.execute(delete(ledger_days).where(ledger_days.c.day == 2))
    after, _ = await both(reports, rows, [])
    assert {group.bucket for group in before} - {group.bucket for group in after} == {2}


async def test_late_rows_are_counted(reports: Reports) -> None:
    await reports.write(busy(4))
    await both(reports, Rows("default"), ["model"])
    await reports.write([{"created_at": 2 * DAY + 5, "model": "late", "cost": 9}])
    answered, said = await both(reports, Rows("default"), ["model"])
    assert answered == said
    assert [group.totals.cost for group in answered if group.keys == ("late",)] == [9]
    async with reports.database.read() as connection:
        rows = select(func.sum(ledger_days.c.requests)).where(ledger_days.c.day == 2)
        assert (await connection.execute(rows)).scalar() == BUSY + 1


async def test_sums_too_large_to_keep_are_still_told(reports: Reports) -> None:
    await reports.write(busy(3, cost=2**62))
    answered, said = await both(reports, Rows("default"), [])
    assert answered == said
    assert answered[1].totals.cost == BUSY * 2**62
    assert await kept(reports) == set()
