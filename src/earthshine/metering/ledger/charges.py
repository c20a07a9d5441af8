"""The charges of one piece of work: its own row of the ledger, and those of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, exists, func, or_, select

from earthshine.database import Connection
from earthshine.metering.ledger.sums import TOTALS, Totals
from earthshine.metering.tables import ledger
from earthshine.metering.units import PARTS


class Part(NamedTuple):
    """One charge."""

    name: str
    """The model, or the tool."""
    unit: str
    quantity: int | float
    """In whole units."""
    cost: int
    """Picodollars."""


@dataclass(slots=True)
class Charges:
    """What one piece of work was charged; nothing as long as it was not."""

    totals: Totals = field(default_factory=Totals)
    deployment: str | None = None
    """What served its last call of a model."""
    parts: list[Part] = field(default_factory=list[Part])


async def charges_of(connection: Connection, work_ids: Sequence[str]) -> dict[str, Charges]:
    """Return what each of these (a page of them) was charged, its parts oldest first."""
    found = {work_id: Charges() for work_id in work_ids}
    mine = or_(ledger.c.id.in_(work_ids), ledger.c.parent_id.in_(work_ids))
    chosen = select(ledger).where(mine).order_by(ledger.c.created_at, func.length(ledger.c.id), ledger.c.id)
    for row in (await connection.execute(chosen)).all():
        charges = found[row.parent_id or row.id]
        charges.totals += _totals(row)
        charges.parts.append(_part(row))
        if row.unit == "tokens":
            charges.deployment = row.deployment
    return found


def charged_for(work_id: ColumnElement[str], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a piece of work has a charge, as a condition of another selection."""
    mine = or_(ledger.c.id == work_id, ledger.c.parent_id == work_id)
    return exists(select(ledger.c.id).where(mine, *conditions))


def _totals(row: Row[Any]) -> Totals:
    flags = {
        "hosted_requests": row.requests if row.hosted_cost is not None else 0,
        "partial_requests": row.requests if row.partial else 0,
        "estimated_requests": row.requests if row.estimated else 0,
        "hosted_cost": row.hosted_cost or 0,
    }
    return Totals(**{name: getattr(row, name) for name in TOTALS if name not in flags}, **flags)


def _part(row: Row[Any]) -> Part:
    parts = PARTS.get(row.unit, 1)
    match row.unit:
        case "tokens":
            count = row.input_tokens + row.output_tokens
        case "seconds":
            count = row.milliseconds
        case _:
            count = row.quantity
    return Part(row.model, row.unit, count if parts == 1 else count / parts, row.cost)
