"""Sessions whose last turn ended because a limit was near: they wait until it is raised."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from earthshine.errors import Conflict

Json = dict[str, Any]


def reached(row: Row[Any]) -> list[str]:
    """Return the limits of a session that its last turn came to the end of."""
    spent: Json = row.spent or {}
    return list(spent.get("reached", ()))


def check_open(row: Row[Any]) -> None:
    """Raise `Conflict` for a session that takes no words before its limits are raised."""
    if kinds := reached(row):
        told = " and ".join(f"{row.limits[kind]} {kind}" for kind in kinds if row.limits and kind in row.limits)
        raise Conflict(
            f"This session has reached its limit of {told}. Update it with a higher limit: `spend_control` for cents, "
            "`earthshine.limits` for all of them."
        )


def still_reached(row: Row[Any], limits: Json | None) -> Json | None:
    """Return what is stored of a session's use when its limits change: those that were raised are not reached."""
    if row.spent is None:
        return None
    before: Json = row.limits or {}
    now = limits or {}
    kept = [kind for kind in reached(row) if kind in now and now[kind] <= before.get(kind, 0)]
    return {**row.spent, "reached": kept}
