"""Invocations at rest: one row for each occurrence, and the run that delivers it, in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.automations.objects import automation_object
from earthshine.agents.automations.tables import invocations
from earthshine.database import Connection, insert_new
from earthshine.errors import Conflict
from earthshine.ids import new_id
from earthshine.runs import NewRun, Runs

Json = dict[str, Any]

KIND = "automation_delivery"
MOST_WAITING = 10
"""Deliveries of one automation that wait, where somebody asks for them."""


def run_of(invocation_id: str) -> str:
    """Return the id of the run that delivers an invocation."""
    return f"run_{invocation_id}"


async def fire(
    connection: Connection, runs: Runs, row: Row[Any], now: float, scheduled_at: int | None = None
) -> Row[Any] | None:
    """Store an invocation of an automation, and queue its delivery; call `runs.wake` when it is committed.

    An occurrence that was stored before is not stored again: returns None. While a delivery waits, an occurrence is
    skipped. Raises `Conflict` for one that somebody asks for while many wait.
    """
    waiting = select(func.count()).where(invocations.c.automation_id == row.id, invocations.c.status == "queued")
    waits: int = (await connection.execute(waiting)).scalar_one()
    if scheduled_at is None and waits >= MOST_WAITING:
        raise Conflict(f"{waits} deliveries of this automation wait for its session to rest. Wait for them, too.")
    skipped = scheduled_at is not None and waits > 0
    source: Json = {"type": "manual"}
    if scheduled_at is not None:
        source = {"type": "automation", "automation": automation_object(row)}
    made = insert_new(connection, invocations).values(
        id=new_id("autoinv"),
        automation_id=row.id,
        created_at=int(now),
        scheduled_at=scheduled_at,
        source=source,
        status="skipped" if skipped else "queued",
        skip_reason="pending_delivery" if skipped else None,
        session_id=row.session_id or new_id("asess"),
    )
    stored = (await connection.execute(made.returning(*invocations.c))).one_or_none()
    if stored is not None and not skipped:
        delivery = NewRun(KIND, Caller.load(row.caller), {"invocation_id": stored.id}, id=run_of(stored.id))
        await runs.queue(connection, delivery)
    return stored


async def end(connection: Connection, invocation_id: str, status: str, error: Json | None = None) -> None:
    """Store how a delivery ended; one that has ended stays as it is."""
    waits = (invocations.c.id == invocation_id) & (invocations.c.status == "queued")
    await connection.execute(update(invocations).where(waits).values(status=status, error=error))
