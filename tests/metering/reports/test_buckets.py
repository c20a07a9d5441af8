"""Buckets of time: every second is in exactly one, and their sums are the ledger's."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from earthshine.metering.ledger.reader import sum_ledger
from earthshine.metering.ledger.sums import Rows
from earthshine.metering.reports.buckets import LATEST, SECONDS, Bucket, bucket_end, buckets
from earthshine.metering.tables import ledger
from tests.metering.reports_app import Reports

WIDTHS = st.sampled_from(sorted(SECONDS.values()))
TIMES = st.integers(0, LATEST)


@given(TIMES, TIMES, WIDTHS, st.integers(1, 200))
def test_pages_cut_time_without_gap_or_overlap(start: int, end: int, width: int, limit: int) -> None:
    found, after = buckets(start, end, width, limit)
    if start >= end:
        assert (found, after) == ([], None)
        return
    assert found[0].start == start
    assert len(found) <= limit
    for before, bucket in pairwise(found):
        assert before.end == bucket.start
        assert bucket.start % width == 0
    assert all(0 < bucket.end - bucket.start <= width for bucket in found)
    if after is None:
        assert found[-1].end == end
    else:
        assert found[-1].end == after < end
        assert len(found) == limit


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30)))
def test_days_are_those_of_the_calendar(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    end = datetime.fromtimestamp(bucket_end(int(moment.timestamp()), 86_400), UTC)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert 0 < (end - moment).total_seconds() <= 86_400


def test_the_leap_day_is_a_day() -> None:
    start = int(datetime(2024, 2, 28, tzinfo=UTC).timestamp())
    end = int(datetime(2024, 3, 2, tzinfo=UTC).timestamp())
    found, after = buckets(start, end, 86_400, 31)
    assert after is None
    assert [datetime.fromtimestamp(bucket.start, UTC).strftime("%m-%d") for bucket in found] == [
        "02-28",
        "02-29",
        "03-01",
    ]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 10 * 86_400), st.integers(0, 2**62)), max_size=20),
    cuts=st.lists(st.integers(0, 10 * 86_400), max_size=5),
    width=WIDTHS,
)
async def test_any_partition_adds_up_to_the_ledger(
    reports_on_both: Reports, rows: list[tuple[int, int]], cuts: list[int], width: int
) -> None:
    await reports_on_both.clear()
    await reports_on_both.write({"created_at": time, "cost": cost, "hosted_cost": cost // 3} for time, cost in rows)
    edges = [0, *sorted(cuts), 10 * 86_400 + 1]
    spans = [Bucket(start, end) for start, end in pairwise(edges) if start < end]
    cost = hosted = requests = tokens = 0
    for span in spans:
        for group in await sum_ledger(reports_on_both.database, Rows("default"), span, width, ["model"]):
            assert span.start // width <= group.bucket <= (span.end - 1) // width
            cost += group.totals.cost
            hosted += group.totals.hosted_cost
            requests += group.totals.requests
            tokens += group.totals.input_tokens
    async with reports_on_both.database.read() as connection:
        counted = (await connection.execute(select(func.count(), func.sum(ledger.c.input_tokens)))).one()
    assert cost == sum(each for _, each in rows)
    assert hosted == sum(each // 3 for _, each in rows)
    assert (requests, tokens) == (counted[0], int(counted[1] or 0))
