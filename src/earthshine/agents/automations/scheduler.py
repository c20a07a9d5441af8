"""What lets automations fire: each occurrence once, however many servers look, and also after they were down.

An occurrence is a row that only one transaction can insert, and the same transaction moves `due_at` on to the next
moment after now. So one that was missed fires once when a server is there again, and of many that were missed, one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from earthshine.agents.automations.automations import Automations
from earthshine.agents.automations.invocations import KIND, fire
from earthshine.agents.automations.schedule import next_due
from earthshine.agents.automations.tables import automations as table
from earthshine.agents.automations.tables import invocations
from earthshine.database import Connection, Database
from earthshine.periodic import Periodic
from earthshine.runs import Runs
from earthshine.runs.store import remove_ended

log = logging.getLogger(__name__)

_AT_ONCE = 100
_LOOK_SECONDS = 15.0
"""Between two looks at most: another server may have stored what is due earlier, or the clock was set."""
_KEPT_SECONDS = 90 * 86_400
"""For so long an invocation that has ended is kept."""
_SWEEP_SECONDS = 3600.0


class Scheduler:
    """Looks for automations that are due."""

    def __init__(self, database: Database, runs: Runs, automations: Automations) -> None:
        self._database, self._runs, self._automations = database, runs, automations
        self._looks = Periodic("automations", self.look, _LOOK_SECONDS, first=0)
        self._sweeps = Periodic("ended invocations", self._sweep, _SWEEP_SECONDS)
        automations.on_change = self._looks.soon

    def start(self) -> None:
        """Begin to look."""
        self._looks.start()
        self._sweeps.start()

    async def close(self) -> None:
        """Stop looking."""
        await self._looks.close()
        await self._sweeps.close()

    async def look(self) -> float:
        """Let fire what is due; returns in how many seconds to look again."""
        while await self._fire_some() == _AT_ONCE:
            pass
        async with self._database.read() as connection:
            first = await connection.scalar(select(func.min(table.c.due_at)))
        if first is None:
            return _LOOK_SECONDS
        return min(_LOOK_SECONDS, max(0.0, first - self._automations.clock()))

    async def _fire_some(self) -> int:
        now = self._automations.clock()
        due = select(table).where(table.c.due_at <= now).order_by(table.c.due_at).limit(_AT_ONCE)
        async with self._database.write() as connection:
            rows = (await connection.execute(due.with_for_update(skip_locked=True))).all()
            for row in rows:
                await self._fire(connection, row, now)
        if rows:
            self._runs.wake()
        return len(rows)

    async def _fire(self, connection: Connection, row: Row[Any], now: float) -> None:
        await fire(connection, self._runs, row, now, row.due_at)
        changes: dict[str, Any] = {"due_at": None, "status": "completed"}
        if row.type == "periodic":
            try:
                following = await asyncio.to_thread(next_due, row.expression, row.timezone, now)
            except (ValueError, OSError, LookupError):  # a zone that this system has no more
                following = None
            if following is None:
                log.error("the automation %s has no next time any more, and is paused", row.id)
            changes = {"due_at": following, "status": "active" if following else "paused"}
        await connection.execute(update(table).where(table.c.id == row.id).values(changes))

    async def _sweep(self) -> None:
        before = time.time() - _KEPT_SECONDS
        old = (invocations.c.created_at < before) & (invocations.c.status != "queued")
        async with self._database.write() as connection:
            await connection.execute(delete(invocations).where(old))
        await remove_ended(self._database, [KIND], int(before * 1000))
