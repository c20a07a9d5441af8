"""Sums over the ledger, exact in both databases: the one place where reports read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Column, ColumnElement, case, func, literal_column, select

from earthshine.database import Connection
from earthshine.metering.tables import ledger

_HALF = 10**9
"""Costs are summed as whole multiples of this and the rest: one sum of picodollars would overflow 64 bits at nine
million dollars, which SQLite answers with an error."""

_COUNTS = ("requests", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
_COSTS = ("input_cost", "cached_cost", "output_cost", "time_cost", "cost", "hosted_cost")


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of ledger columns; costs in picodollars."""

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    input_cost: int = 0
    cached_cost: int = 0
    output_cost: int = 0
    time_cost: int = 0
    cost: int = 0
    hosted_cost: int = 0
    hosted_requests: int = 0
    """Those whose work a hosted vendor lists a price for; `hosted_cost` is theirs alone."""
    partial_requests: int = 0
    """Those that were cut before their end."""

    def __add__(self, other: Totals) -> Totals:
        """Add two sums field by field."""
        return Totals(*(getattr(self, name) + getattr(other, name) for name in _NAMES))


_NAMES = tuple(field.name for field in fields(Totals))


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one bucket and one combination of what was grouped by."""

    bucket: int
    """Its number: seconds since 1970 divided by the width."""
    keys: tuple[str, ...]
    totals: Totals


async def sum_ledger(
    connection: Connection,
    *,
    start: int,
    end: int,
    width: int,
    by: Sequence[Column[Any]],
    where: Iterable[ColumnElement[bool]],
) -> list[Group]:
    """Return the sums of the rows from `start` to before `end`, by bucket and by these columns, in that order.

    Every sum is taken by the database from the ledger's rows; there is no second set of books.
    """
    number = (ledger.c.created_at // literal_column(str(width), ledger.c.created_at.type)).label("bucket")
    grouping = [number, *by]
    statement = (
        select(*grouping, *_columns())
        .where(ledger.c.created_at >= start, ledger.c.created_at < end, *where)
        .group_by(*grouping)
        .order_by(*grouping)
    )
    rows = (await connection.execute(statement)).all()
    return [Group(int(row[0]), tuple(row[1 : 1 + len(by)]), _totals(row[1 + len(by) :])) for row in rows]


async def extent(connection: Connection, where: Iterable[ColumnElement[bool]]) -> tuple[int, int] | None:
    """Return the seconds of the first and the last of these rows; None when there are none."""
    row = (
        await connection.execute(select(func.min(ledger.c.created_at), func.max(ledger.c.created_at)).where(*where))
    ).one()
    return None if row[0] is None else (int(row[0]), int(row[1]))


def _columns() -> list[ColumnElement[Any]]:
    counts = [func.sum(ledger.c[name]) for name in _COUNTS]
    halves = [
        half for name in _COSTS for half in (func.sum(ledger.c[name] // _half()), func.sum(ledger.c[name] % _half()))
    ]
    return [*counts, *halves, func.sum(_one_if(ledger.c.hosted_cost.is_not(None))), func.sum(_one_if(ledger.c.partial))]


def _half() -> ColumnElement[int]:
    return literal_column(str(_HALF), ledger.c.cost.type)


def _one_if(condition: ColumnElement[Any]) -> ColumnElement[int]:
    return case((condition, ledger.c.requests), else_=0)


def _totals(values: Sequence[Any]) -> Totals:
    # PostgreSQL sums 64-bit integers to decimals; sums of nothing but nulls are null.
    numbers = [int(value or 0) for value in values]
    counts, halves, last = numbers[: len(_COUNTS)], numbers[len(_COUNTS) : -2], numbers[-2:]
    costs = [high * _HALF + low for high, low in zip(halves[::2], halves[1::2], strict=True)]
    return Totals(*counts, *costs, *last)
