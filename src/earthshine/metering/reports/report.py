"""A report as a page of JSON or as a table of CSV, from the same results."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic

from earthshine.database import Database
from earthshine.errors import UnsupportedParameter
from earthshine.metering.ledger.sums import Rows, extent
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.reports.csv_lines import csv_line
from earthshine.metering.reports.objects import ReportPage, Result
from earthshine.metering.reports.queries import RangeQuery


@dataclass(frozen=True, slots=True)
class Report(Generic[Result]):
    """One question to the ledger."""

    query: RangeQuery
    rows: Rows
    fetch: Callable[[Database, Bucket], Awaitable[list[tuple[int, Result]]]]
    """Returns the results of a stretch of time, in order, each with its bucket's number."""
    columns: Sequence[tuple[str, tuple[str, ...]]]
    """Of the table: its heading, and where in a result the cell stands."""


async def json_page(database: Database, report: Report[Result], now: int) -> ReportPage[Result]:
    """Return OpenAI's page object: every bucket of the page, also those in which nothing happened."""
    query = report.query
    found, after = query.buckets(now)
    results: dict[int, list[Result]] = {}
    if found:
        for number, result in await report.fetch(database, Bucket(found[0].start, found[-1].end)):
            results.setdefault(number, []).append(result)
    return {
        "object": "page",
        "data": [
            {
                "object": "bucket",
                "start_time": bucket.start,
                "end_time": bucket.end,
                "results": results.get(bucket.start // query.width, []),
            }
            for bucket in found
        ],
        "has_more": after is not None,
        "next_page": after,
    }


async def csv_table(database: Database, report: Report[Result], now: int) -> AsyncGenerator[bytes]:
    """Yield the whole report, all pages of it, as UTF-8 lines: one for each result, none for empty buckets.

    Each piece is read from the database by itself, so that a slow reader holds no transaction open.
    """
    query = report.query
    for name in ("page", "limit"):
        if getattr(query, name) is not None:
            raise UnsupportedParameter(f"A CSV report has no pages, so it takes no {name!r}.", param=name)
    start, end = query.start_time, query.end(now)
    yield _line(["start", "start_time", "end_time", *(heading for heading, _ in report.columns)])
    async with database.read() as connection:
        found = await extent(connection, report.rows)
    if found is None:
        return
    start, end = max(start, found[0] - found[0] % query.width), min(end, found[1] + 1)
    step = query.width * query.page_sizes()[1]
    while start < end:
        stop = min(start - start % query.width + step, end)
        results = await report.fetch(database, Bucket(start, stop))
        if results:
            yield b"".join(_row(report, number, result, now) for number, result in results)
        start = stop


def _row(report: Report[Result], number: int, result: Result, now: int) -> bytes:
    query = report.query
    start = max(number * query.width, query.start_time)
    end = min((number + 1) * query.width, query.end(now))
    cells = [_find(result, path) for _, path in report.columns]
    return _line([datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), start, end, *cells])


def _find(result: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        result = None if result is None else result[step]
    return result


def _line(cells: Sequence[object]) -> bytes:
    return csv_line(cells).encode()
