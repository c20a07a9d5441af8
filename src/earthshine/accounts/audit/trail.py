"""The audit trail: who did what to what, written in the transaction that did it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.tables import audit_logs
from earthshine.database import Connection, Database
from earthshine.ids import new_id

READING = "data.read"
"""The event of somebody who looks at what is not the own."""


async def record_reading(database: Database, caller: Caller, place: str, *, project: str = "") -> None:
    """Write down, before it happens, that somebody reads what belongs to others: no row, no reading."""
    async with database.write() as connection:
        await record(connection, caller, READING, {"id": place[:512]}, project=project)


async def record(
    connection: Connection, caller: Caller, event_type: str, details: Mapping[str, Any], *, project: str = ""
) -> None:
    """Add one row. `details["id"]` is what was acted on; the rest is told as it stands, so it must hold no secret.

    `project` is the project that was acted in, when the act concerns just one. Event types are OpenAI's where one
    fits; others are named alike, such as `session.revoked`.
    """
    await connection.execute(
        insert(audit_logs).values(
            id=new_id("audit_log"),
            organization=caller.organization,
            project=project,
            type=event_type,
            effective_at=int(time.time()),
            actor=caller.key_id,
            actor_user=caller.user,
            actor_email=caller.email,
            resource=str(details.get("id", ""))[:512],
            details=dict(details),
        )
    )
