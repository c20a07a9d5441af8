"""The files of one installation. A project sees only its own; who of it sees one, `privacy` says."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.blobs import Blobs, Incoming
from earthshine.blobs.tables import blob_owners
from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.errors import NotFound
from earthshine.files.objects import ExtractedText, File
from earthshine.files.schemas import EXTRACT, AnyPurpose, ExpiresAfter, FileListQuery
from earthshine.files.tables import files as table
from earthshine.ids import new_id
from earthshine.periodic import Periodic

_BATCH_SECONDS = 30 * 86_400
"""After which files for batches go when nothing else was said."""
_LOOK_SECONDS = 60.0
_AT_ONCE = 100
"""Files that one transaction removes."""

OnExtract = Callable[[Connection, Row[Any]], Awaitable[None]]
"""Has the text of a file read that was just stored, when this transaction is committed."""
OnRemove = Callable[[Connection, Sequence[str]], Awaitable[None]]
"""Removes in the same transaction what was made of files, by their ids, before they go."""


class Files:
    """Rows of files, and their bytes."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self.blobs = database, blobs
        self.privacy = Privacy(database, table, not_found)
        self.on_extract: OnExtract | None = None
        self.extracted: Callable[[File], Awaitable[ExtractedText]] | None = None
        """Returns the text of a file for `file-extract`, which may have to be waited for."""
        self.on_remove: list[OnRemove] = []
        self._sweeping = Periodic("removing expired files", self.remove_expired, _LOOK_SECONDS, first=0)

    def start(self) -> None:
        """Begin to remove files whose time is over."""
        self._sweeping.start()

    async def close(self) -> None:
        """Leave what is not done to the next start."""
        await self._sweeping.close()

    async def add(
        self,
        connection: Connection,
        incoming: Incoming,
        owner: Owner,
        filename: str,
        purpose: AnyPurpose,
        expires_after: ExpiresAfter | None = None,
    ) -> File:
        """Make a file of a content that is kept, in the caller's transaction, and return it as it is shown.

        Raises `InvalidRequest` when the project would hold more than it may.
        """
        now = int(time.time())
        lasts = expires_after.seconds if expires_after else _BATCH_SECONDS if purpose == "batch" else None
        row: dict[str, Any] = {
            "id": new_id("file"),
            "project": owner.project,
            "user": owner.user,
            "created_at": now,
            "filename": filename,
            "purpose": purpose,
            "bytes": incoming.size,
            "expires_at": None if lasts is None else now + lasts,
            "status": "uploaded" if purpose == EXTRACT else "processed",
        }
        await self.blobs.hold(connection, incoming, row["id"], owner.project)
        made = (await connection.execute(insert(table).values(row).returning(*table.c))).one()
        if purpose == EXTRACT and self.on_extract is not None:
            await self.on_extract(connection, made)
        return serialize(made)

    async def sent_before(self, owner: Owner, filename: str, sha256: str, seconds: int) -> str | None:
        """Return the file that an owner's message had with this name and content, if it is there still.

        It is kept for `seconds` more at least.
        """
        until, same = int(time.time()) + seconds, select(blob_owners.c.owner).where(blob_owners.c.sha256 == sha256)
        query = select(table.c.id).where(table.c.id.in_(same), owner.owns(table), table.c.filename == filename)
        query = query.where(table.c.purpose == "user_data", table.c.expires_at > int(time.time()))
        async with self._database.write() as connection:
            found = (await connection.execute(query.order_by(table.c.id).limit(1).with_for_update())).scalar()
            if found is not None:
                this = (table.c.id == found) & (table.c.expires_at < until)
                await connection.execute(update(table).where(this).values(expires_at=until))
        return found

    async def set_status(self, connection: Connection, file_id: str, status: str, details: str | None = None) -> None:
        """Say how far the reading of a file for `file-extract` is; others have no such status."""
        this = (table.c.id == file_id) & (table.c.purpose == EXTRACT)
        await connection.execute(update(table).where(this).values(status=status, status_details=details))

    async def get(self, file_id: str, project: str) -> File:
        """Return a file. Raises `NotFound`."""
        async with self._database.read() as connection:
            found = (await connection.execute(select(table).where(_mine(file_id, project), _lives()))).one_or_none()
        if found is None:
            raise not_found(file_id)
        return serialize(found)

    async def get_own(self, file_id: str, owner: Owner) -> File:
        """Return a file of this very owner. Raises `NotFound`, for one that is shared with them too."""
        own = (table.c.id == file_id) & owner.owns(table) & _lives()
        async with self._database.read() as connection:
            found = (await connection.execute(select(table).where(own))).one_or_none()
        if found is None:
            raise not_found(file_id)
        return serialize(found)

    async def reachable(
        self, connection: Connection, file_ids: Collection[str], owner: Owner
    ) -> Mapping[str, Row[Any]]:
        """Return those of some files that this owner reaches, by id, and keep them until the transaction ends."""
        mine = among(connection, table.c.id, file_ids) & owner.reaches(table) & _lives()
        rows = await connection.execute(select(table).where(mine).order_by(table.c.id).with_for_update(key_share=True))
        return {row.id: row for row in rows}

    async def page(self, owner: Owner, query: FileListQuery) -> tuple[list[File], bool]:
        """List what this owner reaches, in the order of its making, and say whether there is more."""
        rows = select(table).where(owner.reaches(table), _lives())
        if query.purpose is not None:
            rows = rows.where(table.c.purpose == query.purpose)
        if query.after is not None:
            rows = rows.where(table.c.id > query.after if query.order == "asc" else table.c.id < query.after)
        rows = rows.order_by(table.c.id if query.order == "asc" else table.c.id.desc()).limit(query.limit + 1)
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
        return [serialize(row) for row in found[: query.limit]], len(found) > query.limit

    async def rename(self, file_id: str, project: str, filename: str) -> File:
        """Give a file another name, one that is safe, and return it. Raises `NotFound`."""
        renamed = update(table).where(_mine(file_id, project), _lives()).values(filename=filename)
        async with self._database.write() as connection:
            found = (await connection.execute(renamed.returning(*table.c))).one_or_none()
        if found is None:
            raise not_found(file_id)
        return serialize(found)

    async def delete(self, file_id: str, project: str) -> None:
        """Remove a file and its bytes. Raises `NotFound`."""
        if await self._remove(_mine(file_id, project) & _lives()) == 0:
            raise not_found(file_id)

    async def erase(self, user: str) -> None:
        """Remove all files of a person who was removed; a service account's are the project's."""
        if is_person(user):
            while await self._remove(table.c.user == user):
                pass

    async def remove_expired(self) -> None:
        """Remove the files whose time is over."""
        while await self._remove(table.c.expires_at <= int(time.time())):
            pass

    async def _remove(self, which: Any) -> int:
        async with self._database.write() as connection:
            # Of two servers, one removes each.
            query = select(table.c.id).where(which).order_by(table.c.id).limit(_AT_ONCE).with_for_update()
            ids = list(await connection.scalars(query))
            if ids:
                for remove in self.on_remove:
                    await remove(connection, ids)
                await self.blobs.release(connection, ids)
                await connection.execute(delete(table).where(table.c.id.in_(ids)))
        self.blobs.tidy()
        return len(ids)


def serialize(row: Row[Any]) -> File:
    """Return a file as OpenAI's API shows it."""
    return {
        "id": row.id,
        "object": "file",
        "bytes": row.bytes,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "filename": row.filename,
        "purpose": row.purpose,
        "status": row.status,
        "status_details": row.status_details,
    }


def not_found(file_id: str) -> NotFound:
    """The error for an id that is unknown, deleted, expired, or another project's."""
    return NotFound(f"No file with id {file_id[:100]!r} was found.", param="file_id")


def _mine(file_id: str, project: str) -> Any:
    return (table.c.id == file_id) & (table.c.project == project)


def _lives() -> Any:
    return or_(table.c.expires_at.is_(None), table.c.expires_at > int(time.time()))
