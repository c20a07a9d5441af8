"""The uploads of one installation. A project sees only its own; who of it sees one, `privacy` says."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.blobs import Blobs, Incoming
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.objects import File
from earthshine.ids import new_id
from earthshine.periodic import Periodic
from earthshine.text.filenames import safe_filename
from earthshine.uploads.objects import Upload, UploadPart
from earthshine.uploads.schemas import MOST_PARTS, UploadCreate
from earthshine.uploads.tables import upload_parts, uploads

PART_BYTES = 64 * 2**20
"""Bytes of one part at most, as in OpenAI's API."""
_LASTS = 3600
"""Seconds from an upload's making until what is not completed goes."""
_REMEMBERED = 86_400
"""Seconds from then until it is forgotten whole."""
_LOOK_SECONDS = 60.0
_AT_ONCE = 100


class Uploads:
    """Rows of uploads, and the bytes of their parts."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self._blobs = database, blobs
        self.privacy = Privacy(database, uploads, not_found)
        self._sweeping = Periodic("removing expired uploads", self.remove_expired, _LOOK_SECONDS, first=0)

    def start(self) -> None:
        """Begin to remove what was not completed in time."""
        self._sweeping.start()

    async def close(self) -> None:
        """Leave what is not done to the next start."""
        await self._sweeping.close()

    async def create(self, body: UploadCreate, owner: Owner) -> Upload:
        """Begin an upload, and return it. Raises `InvalidRequest` when the project has no room for the file."""
        await self._blobs.check_room(owner.project, body.bytes)
        now = int(time.time())
        row: dict[str, Any] = {
            "id": new_id("upload"),
            "project": owner.project,
            "user": owner.user,
            "created_at": now,
            "expires_at": now + _LASTS,
            "filename": safe_filename(body.filename),
            "purpose": body.purpose,
            "bytes": body.bytes,
            "expires_after": body.expires_after.model_dump() if body.expires_after else None,
            "status": "pending",
        }
        async with self._database.write() as connection:
            made = (await connection.execute(insert(uploads).values(row).returning(*uploads.c))).one()
        return serialize(made)

    async def get(self, upload_id: str, project: str) -> Row[Any]:
        """Return an upload's row. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await _get(connection, upload_id, project)

    async def add_part(self, upload_id: str, project: str, incoming: Incoming) -> UploadPart:
        """Add a part whose bytes are kept, and return it.

        Parts may be sent twice, as when a reply was lost; yet all together have no more than twice the bytes of the
        file. Raises `NotFound`, and `InvalidRequest`, also for an upload that is not open.
        """
        row: dict[str, Any] = {
            "id": new_id("part"),
            "upload_id": upload_id,
            "created_at": int(time.time()),
            "bytes": incoming.size,
        }
        async with self._database.write() as connection:
            upload = await _get(connection, upload_id, project, lock=True)
            require_open(upload)
            sums = select(func.count(), func.coalesce(func.sum(upload_parts.c.bytes), 0))
            count, size = (await connection.execute(sums.where(upload_parts.c.upload_id == upload_id))).one()
            if count >= MOST_PARTS or size + incoming.size > 2 * upload.bytes + PART_BYTES:
                raise InvalidRequest(
                    f"The upload has {count} parts of {size} bytes already, and its file is to have {upload.bytes}. "
                    "Cancel it, and begin another.",
                    param="data",
                )
            await self._blobs.hold(connection, incoming, row["id"], project)
            await connection.execute(insert(upload_parts).values(row))
        return {"id": row["id"], "object": "upload.part", "created_at": row["created_at"], "upload_id": upload_id}

    async def parts(self, upload_id: str, part_ids: list[str]) -> int:
        """Return how many bytes these parts of an upload have. Raises `InvalidRequest` for one that is not there."""
        query = select(upload_parts.c.id, upload_parts.c.bytes).where(upload_parts.c.upload_id == upload_id)
        async with self._database.read() as connection:
            sizes = {row.id: row.bytes for row in await connection.execute(query)}
        for index, part_id in enumerate(part_ids):
            if part_id not in sizes:
                raise InvalidRequest(f"The upload has no part {part_id[:100]!r}.", param=f"part_ids[{index}]")
        if len(set(part_ids)) != len(part_ids):
            raise InvalidRequest("A part is named twice.", param="part_ids")
        return sum(sizes[part_id] for part_id in part_ids)

    async def end(self, connection: Connection, upload_id: str, status: str, part_ids: list[str] | None = None) -> bool:
        """End a pending upload in the caller's transaction, and let its parts go; False when it has ended already."""
        ended = update(uploads).where(uploads.c.id == upload_id, uploads.c.status == "pending")
        if (await connection.execute(ended.values(status=status, part_ids=part_ids))).rowcount == 0:
            return False
        await self._drop_parts(connection, [upload_id])
        return True

    async def name_file(self, connection: Connection, upload_id: str, file_id: str) -> None:
        """Say which file a completed upload became, in the caller's transaction."""
        await connection.execute(update(uploads).where(uploads.c.id == upload_id).values(file_id=file_id))

    async def cancel(self, upload_id: str, project: str) -> Upload:
        """Cancel an upload, and return it. Raises `NotFound`, and `InvalidRequest` when it is completed or expired."""
        async with self._database.write() as connection:
            upload = await _get(connection, upload_id, project, lock=True)
            if upload.status != "cancelled":
                require_open(upload)
                await self.end(connection, upload_id, "cancelled")
        self._blobs.tidy()
        return serialize(upload, status="cancelled")

    async def erase(self, user: str) -> None:
        """Remove all uploads of a person who was removed; a service account's are the project's."""
        if is_person(user):
            while await self._remove(uploads.c.user == user):
                pass

    async def remove_expired(self) -> None:
        """Let go what was not completed in time, and forget what ended long ago."""
        now = int(time.time())
        while await self._expire(now):
            pass
        while await self._remove(uploads.c.expires_at <= now - _REMEMBERED):
            pass

    async def _expire(self, now: int) -> int:
        which = (uploads.c.status == "pending") & (uploads.c.expires_at <= now)
        async with self._database.write() as connection:
            ids = await _locked(connection, which)
            await self._drop_parts(connection, ids)
            await connection.execute(update(uploads).where(uploads.c.id.in_(ids)).values(status="expired"))
        self._blobs.tidy()
        return len(ids)

    async def _remove(self, which: Any) -> int:
        async with self._database.write() as connection:
            ids = await _locked(connection, which)
            await self._drop_parts(connection, ids)
            await connection.execute(delete(uploads).where(uploads.c.id.in_(ids)))
        self._blobs.tidy()
        return len(ids)

    async def _drop_parts(self, connection: Connection, upload_ids: Collection[str]) -> None:
        parts = select(upload_parts.c.id).where(upload_parts.c.upload_id.in_(upload_ids))
        await self._blobs.release(connection, list(await connection.scalars(parts)))
        await connection.execute(delete(upload_parts).where(upload_parts.c.upload_id.in_(upload_ids)))


def require_open(upload: Row[Any]) -> None:
    """Raise `InvalidRequest` for an upload that takes nothing more."""
    status = _status(upload.status, upload.expires_at)
    if status != "pending":
        raise InvalidRequest(f"The upload is {status}. Begin another.", code="upload_not_pending")


def _status(status: str, expires_at: int) -> str:
    return "expired" if status == "pending" and expires_at <= time.time() else status


def serialize(row: Row[Any], file: File | None = None, *, status: str = "") -> Upload:
    """Return an upload as OpenAI's API shows it, with the file that it became; `status` where it has just changed."""
    return {
        "id": row.id,
        "object": "upload",
        "bytes": row.bytes,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "filename": row.filename,
        "purpose": row.purpose,
        "status": _status(status or row.status, row.expires_at),
        "file": file,
    }


def not_found(upload_id: str) -> NotFound:
    """The error for an id that is unknown, or another project's."""
    return NotFound(f"No upload with id {upload_id[:100]!r} was found.", param="upload_id")


async def _get(connection: Connection, upload_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    query = select(uploads).where(uploads.c.id == upload_id, uploads.c.project == project)
    found = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise not_found(upload_id)
    return found


async def _locked(connection: Connection, which: Any) -> list[str]:
    query = select(uploads.c.id).where(which).order_by(uploads.c.id).limit(_AT_ONCE).with_for_update()
    return list(await connection.scalars(query))
