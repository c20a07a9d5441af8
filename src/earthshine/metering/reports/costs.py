"""Costs by day and group, in the shapes of OpenAI's costs API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from earthshine.database import Database
from earthshine.metering.ledger.reader import sum_ledger
from earthshine.metering.ledger.sums import Rows, Totals
from earthshine.metering.prices.money import dollars
from earthshine.metering.reports.buckets import Bucket
from earthshine.metering.reports.objects import CostsResult
from earthshine.metering.reports.queries import CostsQuery
from earthshine.metering.reports.report import Report
from earthshine.metering.reports.usage import grouped_by, hosted_field
from earthshine.metering.units import PARTS

_TIME: Final = "time"
_UNITS: Final[Mapping[str, tuple[str, int]]] = {
    _TIME: ("duration_seconds", PARTS["seconds"]),
    "gigabyte_days": ("gigabyte_days", PARTS["gigabyte_days"]),
}
"""What quantities of a part are in, and how many of the ledger's make one, where that is neither tokens nor plain."""
_MODEL_PARTS: Final = frozenset({"input_tokens", "cached_input_tokens", "output_tokens"})


@dataclass(slots=True)
class _Line:
    """One line of the bill."""

    bucket: int
    keys: tuple[str, ...]
    """The values that were grouped by."""
    item: str | None
    """A model's or tool's name, a comma and what of it; None where lines were not asked for."""
    unit: str | None
    """What the quantity is in; None where it is of nothing, or of several things."""
    cost: int
    quantity: int | float
    totals: Totals | None
    """Everything about it; None for a part of the work, for which no estimate is kept."""


def costs_report(rows: Rows, query: CostsQuery) -> Report[CostsResult]:
    """Return the report that answers a query."""

    async def fetch(database: Database, span: Bucket) -> list[tuple[int, CostsResult]]:
        lines = await _lines(database, rows, query, span)
        return [(line.bucket, _result(query, line)) for line in lines]

    columns = [(name, (name,)) for name in dict.fromkeys(query.group_by)]
    columns += [("amount", ("amount", "value")), ("currency", ("amount", "currency"))]
    if "line_item" in query.group_by:
        columns += [("quantity", ("quantity",)), ("quantity_unit", ("quantity_unit",))]
    return Report(query, rows, fetch, [*columns, ("hosted_cost_usd", ("earthshine", "hosted_cost", "value"))])


async def _lines(database: Database, rows: Rows, query: CostsQuery, span: Bucket) -> list[_Line]:
    """Return the lines of the bill of one stretch of time."""
    columns = list(grouped_by(query).values())
    chosen = None if query.line_items is None else frozenset(query.line_items)
    by_line = "line_item" in query.group_by
    splits = by_line or chosen is not None
    groups = await sum_ledger(database, rows, span, query.width, [*columns, "model", "unit"] if splits else columns)
    if not splits:
        return [_Line(group.bucket, group.keys, None, None, group.totals.cost, 0, group.totals) for group in groups]
    lines: dict[tuple[int, tuple[str, ...], str | None], _Line] = {}
    for group in groups:
        *keys, model, unit = group.keys
        for part, (quantity, cost) in _parts(group.totals, unit).items():
            item = f"{model}, {part}"
            if not (quantity or cost) or (chosen is not None and item not in chosen):
                continue
            key = (group.bucket, tuple(keys), item if by_line else None)
            name, parts = _UNITS.get(part, ("tokens" if part in _MODEL_PARTS else part, 1))
            line = lines.setdefault(key, _Line(*key, name if by_line else None, 0, 0, None))
            line.cost += cost
            line.quantity += quantity if parts == 1 else quantity / parts
    return list(lines.values())


def _parts(totals: Totals, unit: str) -> Mapping[str, tuple[int, int]]:
    """Return the quantity and cost of each part of work of one unit."""
    return {
        "input_tokens": (totals.input_tokens - totals.cached_tokens, totals.input_cost),
        "cached_input_tokens": (totals.cached_tokens, totals.cached_cost),
        "output_tokens": (totals.output_tokens, totals.output_cost),
        # Of time that costs nothing there is no line on the bill.
        _TIME: (totals.milliseconds if totals.time_cost else 0, totals.time_cost),
        unit: (totals.quantity, totals.unit_cost),
    }


def _result(query: CostsQuery, line: _Line) -> CostsResult:
    groups = {name: value or None for name, value in zip(grouped_by(query), line.keys, strict=True)}
    return {
        "object": "organization.costs.result",
        "amount": {"value": dollars(line.cost), "currency": "usd"},
        "project_id": groups.get("project_id"),
        "user_id": groups.get("user_id"),
        "api_key_id": groups.get("api_key_id"),
        "line_item": line.item,
        "api_source": "unlabeled" if "api_source" in query.group_by else None,
        # Earlier versions kept what time cost, not how long it was.
        "quantity": line.quantity or None if line.unit else None,
        "quantity_unit": line.unit if line.quantity else None,
        "earthshine": {"hosted_cost": None if line.totals is None else hosted_field(line.totals)},
    }
