"""Liveness: each process beats in a table; one that has not beaten for a while is taken for dead.

Time is the database's own, so clocks of machines need not agree. Taking a process for dead is a guess (it may be
frozen, or cut off from the database), so whatever a dead process held is taken over by a conditional update, and it
must look there before it writes: see `responses.ownership`.
"""

from __future__ import annotations

import asyncio
import logging
import time

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from earthshine.database import Database, clock
from earthshine.errors import EarthshineError
from earthshine.ids import new_id
from earthshine.instances.tables import instances
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)

_BEATS = 5
"""Beats that a process must miss to be taken for dead."""
_FORGOTTEN_AFTER = 3600
"""Seconds after which a dead process's row is removed."""


class Instances:
    """This process among those that share the database.

    On SQLite there is only this one: the lock of the data directory sees to that.
    """

    def __init__(self, database: Database, node: str, *, address: str = "", dead_after: float = 5) -> None:
        """`node`: the name of the data directory whose lock this process holds (`node_id`)."""
        self.id = new_id("inst")
        self.interval = dead_after / _BEATS
        """Seconds between two beats."""
        self._database = database
        self._node = node
        self._address = address[:256]
        self._dead_after = dead_after
        self._beaten: float | None = None
        self._steady_since = 0.0
        self._beats = Periodic("beats of this server", self._beat_in_time, self.interval)

    async def open(self) -> None:
        """Enter the table, and begin to beat. An earlier process on this data directory is known to be dead."""
        others = instances.c.node == self._node if self._database.shared else instances.c.id != self.id
        async with self._database.write() as connection:
            await connection.execute(delete(instances).where(others))
            await connection.execute(insert(instances).values(**self._row()))
        self._note()
        if self._database.shared:
            self._beats.start()

    async def close(self) -> None:
        """Leave the table: what this process still holds is free at once."""
        await self._beats.close()
        try:
            async with self._database.write() as connection:
                await connection.execute(delete(instances).where(instances.c.id == self.id))
        except EarthshineError as error:
            log.warning("this server could not sign off, others will notice in %g s: %s", self._dead_after, error)

    @property
    def steady(self) -> bool:
        """Whether this process has been in touch with the database long enough to judge others.

        After an outage of the database nobody has beaten for a while, and nobody is dead for that.
        """
        if not self._database.shared:
            return True
        return self._in_touch and time.monotonic() - self._steady_since >= self._dead_after

    async def alive(self) -> frozenset[str]:
        """Return the ids of the processes that may be alive, this one included."""
        query = select(instances.c.id)
        if self.steady:
            query = query.where(self._beating())
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(query)) | {self.id}

    def dead(self, owner: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition that `owner`, a column of ids, is null or names a process that is not alive."""
        living = select(instances.c.id)
        if self.steady:
            living = living.where(self._beating())
        return or_(owner.is_(None), (owner != self.id) & owner.not_in(living))

    @property
    def _in_touch(self) -> bool:
        return self._beaten is not None and time.monotonic() - self._beaten < self._dead_after

    def _beating(self) -> ColumnElement[bool]:
        return instances.c.beat_at > clock() - self._dead_after

    def _row(self) -> dict[str, object]:
        return {
            "id": self.id,
            "node": self._node,
            "address": self._address,
            "started_at": clock(),
            "beat_at": clock(),
        }

    def _note(self) -> None:
        now = time.monotonic()
        if not self._in_touch:
            self._steady_since = now
        self._beaten = now

    async def _beat_in_time(self) -> None:
        async with asyncio.timeout(self._dead_after):
            await self._beat()
        self._note()

    async def _beat(self) -> None:
        async with self._database.write(urgent=True) as connection:
            beaten = await connection.execute(
                update(instances).where(instances.c.id == self.id).values(beat_at=clock())
            )
            if beaten.rowcount == 0:
                # It was away for so long that its row was removed.
                await connection.execute(insert(instances).values(**self._row()))
            await connection.execute(delete(instances).where(instances.c.beat_at < clock() - _FORGOTTEN_AFTER))
