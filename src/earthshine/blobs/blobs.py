"""The service: contents come in, are held by owners, read, and removed when their last owner goes.

No place in the store is ever used twice, and each that may hold bytes has a row: in `blobs` while somebody holds it,
else in `blob_leftovers`, from before the first byte is kept until after the last is removed. So two servers that put
and remove the same content at the same moment touch different places, and after a crash nothing stays unknown.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
import time
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from earthshine.blobs.incoming import Incoming
from earthshine.blobs.scan import GONE, LOOK_SECONDS, Scan
from earthshine.blobs.store import Store
from earthshine.blobs.tables import blob_leftovers, blob_owners, blob_usage, blobs
from earthshine.database import Connection, Database
from earthshine.database.dialects import insert_adding, insert_new
from earthshine.errors import ContentDamaged, EarthshineError, Internal, InvalidRequest, Unavailable
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)

_KEEPING_SECONDS = 86_400.0
"""Seconds that a server has to keep a content before others take it for dead."""
_SWEEP_SECONDS = 60.0
_AT_ONCE = 200
"""Places that one look of the sweeper removes."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One content that is held."""

    sha256: str
    size: int
    """Bytes."""
    place: str
    damaged: bool = False


class Blobs:
    """All stored contents of one installation."""

    def __init__(
        self,
        database: Database,
        store: Store,
        node: str,
        *,
        quota: int = 0,
        check_every: float = 0,
        private: bool = False,
    ) -> None:
        """`quota` is the most bytes that one project may hold, `check_every` the seconds in which each content is read
        again to see that it is right; 0 means no bound, and never. `private`: other servers may have stores of their
        own.
        """
        self._private = private
        self._database, self.store, self._node, self._quota = database, store, node, quota
        self.scan = Scan(database, store, check_every, private=private)
        self._sweeping = Periodic("removing what nobody holds", self._sweep, _SWEEP_SECONDS, first=0)
        self._scanning = Periodic("checking stored contents", self.scan.look, LOOK_SECONDS, first=0)

    async def start(self) -> None:
        """Remove what an earlier process of this data directory left half-way, and begin to look after the rest."""
        await asyncio.to_thread(shutil.rmtree, self.store.spool, ignore_errors=True)
        async with self._database.write() as connection:
            ours = blob_leftovers.c.node == self._node
            await connection.execute(update(blob_leftovers).where(ours).values(remove_after=0))
        self._sweeping.start()
        self._scanning.start()

    async def close(self) -> None:
        """Leave what is not done to the next start."""
        await self._sweeping.close()
        await self._scanning.close()

    # --- in ----------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def incoming(self, limit: int) -> AsyncGenerator[Incoming]:
        """Receive a content of at most `limit` bytes: write it, `keep` it, and `hold` it in a transaction.

        What is not held when the block is left is removed. Raises `StorageFull`.
        """
        incoming = Incoming(self.store.spool, limit)
        try:
            await incoming.open()
            yield incoming
        finally:
            # Also when whoever sent it is gone.
            await asyncio.shield(self._let_go(incoming))

    async def keep(self, incoming: Incoming) -> None:
        """All has come: bring it to the store. Raises `StorageFull`, and `Unavailable` when the store is not there."""
        await incoming.finish()
        place = f"{incoming.sha256[:2]}/{incoming.sha256}-{secrets.token_hex(8)}"
        row = {"place": place, "node": self._node, "remove_after": time.time() + _KEEPING_SECONDS}
        incoming.place = place
        async with self._database.write() as connection:
            await connection.execute(insert(blob_leftovers).values(row))
        await self.store.keep(incoming.part, place)

    async def hold(self, connection: Connection, incoming: Incoming, owner: str, project: str) -> None:
        """Let `owner`, an id that holds nothing yet, hold a content that is kept, in the caller's transaction.

        Raises `InvalidRequest` when the project would hold more than it may.
        """
        await self._count(connection, project, incoming.size)
        await self._register(connection, incoming)
        row = {"owner": owner, "sha256": incoming.sha256, "project": project, "size": incoming.size}
        await connection.execute(insert(blob_owners).values(row))

    async def check_room(self, project: str, more: int) -> None:
        """Raise `InvalidRequest` when a project may not hold `more` bytes; to be asked before they are sent."""
        async with self._database.read() as connection:
            self.check_quota(await self.used(connection, project) + more)

    async def used(self, connection: Connection, project: str) -> int:
        """Return how many bytes a project holds."""
        query = select(blob_usage.c.bytes).where(blob_usage.c.project == project)
        return (await connection.execute(query)).scalar() or 0

    # --- out ---------------------------------------------------------------------------------------------------------

    async def find(self, owner: str) -> Blob:
        """Return what an owner holds. Raises `ContentDamaged` when it is known to be lost."""
        query = select(blobs).join(blob_owners, blob_owners.c.sha256 == blobs.c.sha256)
        async with self._database.read() as connection:
            row = (await connection.execute(query.where(blob_owners.c.owner == owner))).one_or_none()
        if row is None or row.damaged_at is not None:
            raise damaged()
        return Blob(row.sha256, row.size, row.place)

    async def read(self, blob: Blob, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        """Yield the bytes from `start` up to and without `end`. Raises `ContentDamaged`, and `Unavailable`."""
        end = blob.size if end is None else end
        expected, missing = end - start, "bytes are missing"
        try:
            async for piece in self.store.read(blob.place, start, end):
                expected -= len(piece)
                yield piece
        except FileNotFoundError as error:
            if self._private:
                raise Unavailable(
                    "This file is not on this server. Where several servers share a database, `blobs` must name a "
                    "directory or a bucket that all of them reach.",
                    code="storage_not_shared",
                ) from error
            missing = GONE
        if expected:
            await self.scan.report(blob.sha256, blob.place, missing)
            raise damaged()

    @asynccontextmanager
    async def as_file(self, blob: Blob) -> AsyncGenerator[Path]:
        """Have a content as a file, which is only to be read, for a program that wants one.

        It is the store's own, or a copy that lasts as long as the block. Raises what `read` raises, and `StorageFull`.
        """
        path = self.store.path(blob.place)
        if path is not None and await asyncio.to_thread(path.is_file):
            yield path
            return
        async with self.incoming(blob.size) as copy:
            async for piece in self.read(blob):
                await copy.write(piece)
            await copy.finish()
            yield copy.part

    async def release(self, connection: Connection, owners: Collection[str]) -> None:
        """Let owners hold nothing, in the caller's transaction; contents that nobody else holds are removed after it.

        Call `tidy` when it is committed, so that this is soon. Owners that hold nothing are passed over.
        """
        for owner in sorted(owners):
            gone = delete(blob_owners).where(blob_owners.c.owner == owner).returning(*blob_owners.c)
            row = (await connection.execute(gone)).one_or_none()
            if row is not None:
                await self._count(connection, row.project, -row.size)
                await self._forget(connection, row.sha256)

    def tidy(self) -> None:
        """Remove soon what was released."""
        self._sweeping.soon()

    # --- rows --------------------------------------------------------------------------------------------------------

    async def _register(self, connection: Connection, incoming: Incoming) -> None:
        """See that there is a row of the content, at the place of `incoming` or at an earlier one that is right."""
        now = int(time.time())
        row = {"sha256": incoming.sha256, "size": incoming.size, "place": incoming.place}
        mine = delete(blob_leftovers).where(blob_leftovers.c.place == incoming.place)
        for _ in range(10):
            new = insert_new(connection, blobs).values(**row, stored_at=now, checked_at=now)
            if (await connection.execute(new)).rowcount:
                await connection.execute(mine)
                return
            # Locked, so that nobody releases its last owner before there is another.
            query = select(blobs).where(blobs.c.sha256 == incoming.sha256).with_for_update()
            found = (await connection.execute(query)).one_or_none()
            if found is None:
                continue  # released in between
            if found.damaged_at is not None:
                await self._replace(connection, found.place, incoming, now)
                await connection.execute(mine)
            return
        raise Internal("A stored content comes and goes too fast. Please report this.")

    async def _replace(self, connection: Connection, old: str, incoming: Incoming, now: int) -> None:
        """Mend a damaged content with the same one that came again."""
        this = blobs.c.sha256 == incoming.sha256
        mended = {"place": incoming.place, "checked_at": now, "damaged_at": None}
        await connection.execute(update(blobs).where(this).values(mended))
        await connection.execute(insert(blob_leftovers).values(place=old, node=self._node, remove_after=0))

    async def _forget(self, connection: Connection, sha256: str) -> None:
        """Make the place of a content a leftover when nobody holds it any more."""
        query = select(blobs.c.place).where(blobs.c.sha256 == sha256).with_for_update()
        place = (await connection.execute(query)).scalar_one()
        held = select(blob_owners.c.owner).where(blob_owners.c.sha256 == sha256).limit(1)
        if (await connection.execute(held)).first() is None:
            await connection.execute(delete(blobs).where(blobs.c.sha256 == sha256))
            await connection.execute(insert(blob_leftovers).values(place=place, node=self._node, remove_after=0))

    async def _count(self, connection: Connection, project: str, more: int) -> None:
        await connection.execute(insert_adding(connection, blob_usage, "bytes").values(project=project, bytes=more))
        if more > 0:
            self.check_quota(await self.used(connection, project))

    def check_quota(self, used: int) -> None:
        """Raise `InvalidRequest` when a project that holds so many bytes holds more than it may."""
        if self._quota and used > self._quota:
            raise InvalidRequest(
                f"The project may hold {self._quota} bytes of files, and would hold {used}. Delete some, or let the "
                "server's operator raise `project_storage`.",
                code="storage_limit_exceeded",
            )

    # --- leftovers ---------------------------------------------------------------------------------------------------

    async def _let_go(self, incoming: Incoming) -> None:
        await incoming.close()
        if incoming.place:
            # Held, there is no such row; else its bytes go.
            ours = blob_leftovers.c.place == incoming.place
            with suppress(EarthshineError):  # what cannot be said now is found at the next start
                async with self._database.write() as connection:
                    await connection.execute(update(blob_leftovers).where(ours).values(remove_after=0))
            self.tidy()

    async def _sweep(self) -> None:
        while await self.remove_leftovers() == _AT_ONCE:
            pass

    async def remove_leftovers(self) -> int:
        """Remove the bytes that nobody holds, some at once; returns how many places that were."""
        due = select(blob_leftovers.c.place).where(blob_leftovers.c.remove_after <= time.time()).limit(_AT_ONCE)
        async with self._database.read() as connection:
            places = list(await connection.scalars(due))
        for place in places:
            await self.store.remove(place)
        if places:
            async with self._database.write() as connection:
                await connection.execute(delete(blob_leftovers).where(blob_leftovers.c.place.in_(places)))
        return len(places)


def damaged() -> ContentDamaged:
    """Return the error for bytes that are lost."""
    return ContentDamaged(
        "The stored bytes of this file are damaged or gone. Send the file again, which mends it, or restore a backup."
    )
