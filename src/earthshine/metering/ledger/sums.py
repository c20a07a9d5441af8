"""Sums of ledger rows, exact in both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, case, func, literal_column, select

from earthshine.accounts.keys.families import relatives
from earthshine.database import Connection
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.tables import ledger, ledger_days

DAY: Final = 86_400

_HALF: Final = 10**9
"""Costs are summed as whole multiples of this and the rest: one sum of picodollars would overflow 64 bits at nine
million dollars, which SQLite answers with an error."""

_COUNTS: Final = (
    "requests",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "milliseconds",
    "quantity",
)
_COSTS: Final = ("input_cost", "cached_cost", "output_cost", "time_cost", "unit_cost", "cost", "hosted_cost")

_FLAGS: Final = ("hosted_requests", "partial_requests", "estimated_requests")


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of ledger columns; costs in picodollars."""

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    milliseconds: int = 0
    quantity: int = 0
    """Of the unit; it means something where rows are grouped by `unit`."""
    input_cost: int = 0
    cached_cost: int = 0
    output_cost: int = 0
    time_cost: int = 0
    unit_cost: int = 0
    cost: int = 0
    hosted_cost: int = 0
    hosted_requests: int = 0
    """Those whose work a hosted vendor lists a price for; `hosted_cost` is theirs alone."""
    partial_requests: int = 0
    """Those that were cut before their end."""
    estimated_requests: int = 0
    """Those whose tokens nobody counted: replies of upstreams that were cut, and so never reported a usage."""

    def __add__(self, other: Totals) -> Totals:
        """Add two sums field by field."""
        return Totals(*(getattr(self, name) + getattr(other, name) for name in TOTALS))


TOTALS: Final = tuple(each.name for each in fields(Totals))


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows: an organisation's, and of these the ones whose columns have certain values."""

    organization: str
    chosen: Mapping[str, Sequence[str | bool]] = field(default_factory=dict[str, "Sequence[str | bool]"])
    """Column name to the values that it may have."""

    def on(self, table: Table) -> list[ColumnElement[bool]]:
        """Return the conditions on the ledger, or on its sums by day."""
        where = [table.c.organization == self.organization]
        for name, values in self.chosen.items():
            chosen = table.c[name].in_(values)
            if name == "key_id":
                # Who asks about a key asks about those before and after it, too.
                chosen |= table.c.key_id.in_(relatives([str(each) for each in values]))
            where.append(chosen)
        return where


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one bucket and one combination of what was grouped by."""

    bucket: int
    """Its number: seconds since 1970 divided by the width."""
    keys: tuple[Any, ...]
    """Texts, and whether it was a batch."""
    totals: Totals


async def sum_rows(
    connection: Connection, span: Bucket, width: int, by: Sequence[str], where: Iterable[ColumnElement[bool]]
) -> list[Group]:
    """Return the sums of the ledger's own rows."""
    number = (ledger.c.created_at // literal_column(str(width), ledger.c.created_at.type)).label("bucket")
    when = (ledger.c.created_at >= span.start, ledger.c.created_at < span.end)
    flags = [
        case((condition, ledger.c.requests), else_=0)
        for condition in (ledger.c.hosted_cost.is_not(None), ledger.c.partial, ledger.c.estimated)
    ]
    return await _sum(connection, ledger, number, by, [*when, *where], flags)


async def sum_days(
    connection: Connection, days: Iterable[int], by: Sequence[str], where: Iterable[ColumnElement[bool]]
) -> list[Group]:
    """Return the sums of days that were summed before."""
    chosen = [ledger_days.c.day.in_(sorted(days)), *where]
    flags = [ledger_days.c[name] for name in _FLAGS]
    return await _sum(connection, ledger_days, ledger_days.c.day, by, chosen, flags)


async def _sum(
    connection: Connection,
    table: Table,
    number: ColumnElement[Any],
    by: Sequence[str],
    where: Iterable[ColumnElement[bool]],
    flags: Iterable[ColumnElement[Any]],
) -> list[Group]:
    grouping: list[ColumnElement[Any]] = [number, *(table.c[name] for name in by)]
    counts = [func.sum(table.c[name]) for name in _COUNTS]
    halves = [half for name in _COSTS for half in _halves(table.c[name])]
    sums = [*counts, *halves, *(func.sum(flag) for flag in flags)]
    statement = select(*grouping, *sums).where(*where).group_by(*grouping).order_by(*grouping)
    found = (await connection.execute(statement)).all()
    return [Group(int(row[0]), tuple(row[1 : 1 + len(by)]), _totals(row[1 + len(by) :])) for row in found]


async def extent(connection: Connection, rows: Rows) -> tuple[int, int] | None:
    """Return the seconds of the first and the last of these rows; None when there are none."""
    ends = select(func.min(ledger.c.created_at), func.max(ledger.c.created_at)).where(*rows.on(ledger))
    first, last = (await connection.execute(ends)).one()
    return None if first is None else (int(first), int(last))


def _halves(column: Column[int]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    half = literal_column(str(_HALF), column.type)
    return func.sum(column // half), func.sum(column % half)


def _totals(values: Sequence[Any]) -> Totals:
    # PostgreSQL sums 64-bit integers to decimals; sums of nothing but nulls are null.
    numbers = [int(value or 0) for value in values]
    counts, halves, flags = numbers[: len(_COUNTS)], numbers[len(_COUNTS) : -len(_FLAGS)], numbers[-len(_FLAGS) :]
    costs = [high * _HALF + low for high, low in zip(halves[::2], halves[1::2], strict=True)]
    return Totals(*counts, *costs, *flags)
