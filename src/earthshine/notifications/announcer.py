"""Telling that something has happened, in the transaction in which it does: so it is told once, and not without it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import orjson
from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, insert_new
from earthshine.ids import new_id
from earthshine.notifications.tables import deliveries, endpoints, notices
from earthshine.runs import NewRun, Runs

Json = dict[str, Any]

KIND = "webhook_delivery"
_SOON = 1.0


class Announcer:
    """What features tell of what they do."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def announce(
        self, connection: Connection, owner: Owner, name: str, source: str, data: Json, *, keep: bool = True
    ) -> None:
        """Tell an event of a type to the project's endpoints, and to its owner; the same `source` is told once.

        Without `keep`, browsers are not told, and nothing is stored where no endpoint wants to know.
        """
        wants = [
            row.id
            for row in await connection.execute(
                select(endpoints.c.id, endpoints.c.event_types).where(
                    endpoints.c.project == owner.project, endpoints.c.disabled_at.is_(None)
                )
            )
            if name in row.event_types
        ]
        if not (wants or keep):
            return
        now, notice_id = int(time.time()), new_id("evt")
        told: Json = {"id": notice_id, "created_at": now, "type": name, "data": data}
        row = {**told, "project": owner.project, "user": owner.user, "source": f"{source}:{name}"}
        if (await connection.execute(insert_new(connection, notices).values(row))).rowcount == 0:
            return
        body = orjson.dumps({**told, "object": "event"}).decode()
        for endpoint_id in wants:
            await self.deliver(connection, endpoint_id, owner.project, notice_id, name, body)
        if wants:
            # It is committed by then; the end of a run wakes earlier.
            asyncio.get_running_loop().call_later(_SOON, self._runs.wake)

    async def deliver(
        self, connection: Connection, endpoint_id: str, project: str, notice_id: str, name: str, body: str
    ) -> str:
        """Queue the delivery of an event to an endpoint; returns its id. Call `Runs.wake` when it is committed."""
        delivery_id = new_id("whdel")
        about = {"id": delivery_id, "endpoint_id": endpoint_id, "notice_id": notice_id, "type": name, "body": body}
        row = {**about, "created_at": int(time.time()), "status": "pending", "attempts": 0}
        await connection.execute(insert_new(connection, deliveries).values(row))
        system = Caller(key_id="system", project=project)
        await self._runs.queue(connection, NewRun(KIND, system, {"id": delivery_id}, id=f"run_{delivery_id}"))
        return delivery_id
