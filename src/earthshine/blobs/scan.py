"""The scan that notices rot: each content is read again from time to time, slowly, and its hash compared."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from typing import Any

from sqlalchemy import Row, func, select, update

from earthshine.blobs.store import Store
from earthshine.blobs.tables import blobs
from earthshine.database import Database

log = logging.getLogger(__name__)

GONE = "its bytes are gone"
_BYTES_PER_SECOND = 8 * 2**20
"""Read by the scan at most, so that requests do not notice it."""
LOOK_SECONDS = 60.0
"""Between two looks whether something is to be checked."""


class Scan:
    """Reads contents again, those first that were not checked for the longest time."""

    def __init__(self, database: Database, store: Store, every: float, *, private: bool = False) -> None:
        """`every` is the seconds after which a content is read again; 0 means never.

        `private`: other servers may keep theirs in stores of their own, so that what is not here is not damaged.
        """
        self._private = private
        self._database, self._store, self._every = database, store, every
        self.damaged = 0
        """Contents that are known to be damaged, as of the last look."""

    async def look(self) -> None:
        """Check what is due."""
        await self.count()
        while self._every and await self.check_next(time.time() - self._every):
            pass

    async def count(self) -> int:
        """Return how many contents are known to be damaged."""
        async with self._database.read() as connection:
            query = select(func.count()).select_from(blobs).where(blobs.c.damaged_at.is_not(None))
            self.damaged = (await connection.execute(query)).scalar_one()
        return self.damaged

    async def check_next(self, before: float) -> bool:
        """Check one content that was last checked before a moment; returns whether there was one."""
        query = select(blobs).where(blobs.c.checked_at < int(before), blobs.c.damaged_at.is_(None))
        async with self._database.read() as connection:
            row = (await connection.execute(query.order_by(blobs.c.checked_at).limit(1))).one_or_none()
        if row is None:
            return False
        # Of several servers, one checks it.
        claimed = update(blobs).where(blobs.c.sha256 == row.sha256, blobs.c.checked_at == row.checked_at)
        async with self._database.write() as connection:
            taken = await connection.execute(claimed.values(checked_at=int(time.time())))
        if taken.rowcount:
            why = await find_damage(self._store, row, _BYTES_PER_SECOND)
            if why:
                await self.report(row.sha256, row.place, why)
        return True

    async def report(self, sha256: str, place: str, why: str) -> None:
        """Note that what is at a place is damaged, unless its content was removed or replaced meanwhile."""
        if self._private and why == GONE:
            return
        this = (blobs.c.sha256 == sha256) & (blobs.c.place == place) & blobs.c.damaged_at.is_(None)
        async with self._database.write() as connection:
            noted = await connection.execute(update(blobs).where(this).values(damaged_at=int(time.time())))
        if noted.rowcount:
            log.error("the stored content %s is damaged: %s; see `earthshine doctor`", sha256, why)
            self.damaged += 1


async def find_damage(store: Store, row: Row[Any], bytes_per_second: float = 0) -> str:
    """Read a content whole, and return in words what is wrong with it; empty when it is right.

    `bytes_per_second` is how fast it is read at most, 0 as fast as it goes. Raises `Unavailable`.
    """
    found, size, began = hashlib.sha256(), 0, time.monotonic()
    try:
        async for piece in store.read(row.place, 0, row.size):
            size += len(piece)
            await asyncio.to_thread(found.update, piece)
            if bytes_per_second:
                await asyncio.sleep(max(0.0, began + size / bytes_per_second - time.monotonic()))
    except FileNotFoundError:
        return GONE
    except OSError as error:
        return f"its bytes cannot be read ({error.strerror})"
    if size != row.size:
        return f"it has {size} of {row.size} bytes"
    return "" if found.hexdigest() == row.sha256 else "its bytes have changed"
