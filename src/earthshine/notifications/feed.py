"""Notices as they come, for one person; swept when they are old."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import orjson
from sqlalchemy import delete, select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.ids import made_at
from earthshine.notifications.announcer import KIND
from earthshine.notifications.tables import deliveries, notices
from earthshine.periodic import Periodic
from earthshine.runs.store import remove_ended

_LOOK_SECONDS = 1.0
_LATE_SECONDS = 10
"""So much later than its id says may a notice be stored: other servers have clocks of their own."""
_AT_ONCE = 100
_KEPT_SECONDS = 30 * 86_400
_SWEEP_SECONDS = 3600.0
_HEARD = b": listening\n\n"
"""A comment, so that a client knows that it misses nothing from then on."""


class Notifications:
    """What people are told while they listen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sweeps = Periodic("old notices", self._sweep, _SWEEP_SECONDS)

    def start(self) -> None:
        """Begin to sweep."""
        self._sweeps.start()

    async def close(self) -> None:
        """Stop sweeping."""
        await self._sweeps.close()

    async def follow(self, owner: Owner, after: str | None) -> AsyncGenerator[bytes]:
        """Yield an owner's notices as server-sent events until the reader goes: from now on, or those after one.

        What came shortly before that one may come again.
        """
        now = int(time.time())
        since = now if after is None else (made_at(after) or 0) // 1000 - _LATE_SECONDS
        seen = {} if after is None else {after: now}
        yield _HEARD
        while True:
            new = (notices.c.created_at >= since) & notices.c.id.not_in(seen)
            wanted = select(notices).where(owner.owns(notices), new).order_by(notices.c.created_at, notices.c.id)
            async with self._database.read() as connection:
                rows = (await connection.execute(wanted.limit(_AT_ONCE))).all()
            for row in rows:
                event = {"id": row.id, "object": "event", "created_at": row.created_at}
                told = orjson.dumps({**event, "type": row.type, "data": row.data})
                yield b"id: %b\nevent: %b\ndata: %b\n\n" % (row.id.encode(), row.type.encode(), told)
                seen[row.id] = row.created_at
            # Those of the last seconds are looked for again: what other servers store has the time of their clocks.
            whole = len(rows) < _AT_ONCE
            since = max(since, int(time.time()) - _LATE_SECONDS if whole else rows[-1].created_at)
            seen = {each: at for each, at in seen.items() if at >= since}
            if whole:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _sweep(self) -> None:
        before = int(time.time()) - _KEPT_SECONDS
        async with self._database.write() as connection:
            await connection.execute(delete(notices).where(notices.c.created_at < before))
            old = (deliveries.c.created_at < before) & (deliveries.c.status != "pending")
            await connection.execute(delete(deliveries).where(old))
        await remove_ended(self._database, [KIND], before * 1000)

    async def erase(self, user: str) -> None:
        """Remove what a person who was removed was told."""
        async with self._database.write() as connection:
            await connection.execute(delete(notices).where(notices.c.user == user))
