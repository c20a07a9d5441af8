"""Stored files in backups: each content once, under its hash, and back in the store that the settings name."""

from __future__ import annotations

import asyncio
import hashlib
import time

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from earthshine.backups.archive import Archive, ArchiveWriter
from earthshine.blobs import Incoming, Store
from earthshine.blobs.tables import blob_leftovers, blobs
from earthshine.database.bulk import Progress
from earthshine.errors import InvalidRequest

_FOLDER = "contents"


async def save_contents(
    connection: AsyncConnection, archive: ArchiveWriter, store: Store, progress: Progress
) -> tuple[int, tuple[str, ...]]:
    """Write all contents; returns how many there are, and the hashes of those whose right bytes are not there.

    Those are damaged, or were removed since `connection` began to look.
    """
    rows = (await connection.execute(select(blobs.c.sha256, blobs.c.size, blobs.c.place))).all()
    lost: list[str] = []
    for number, row in enumerate(rows):
        progress("saving files", number, len(rows))
        if not await _save(row, archive, store):
            lost.append(row.sha256)
    return len(rows), tuple(lost)


async def _save(row: Row[str, int, str], archive: ArchiveWriter, store: Store) -> bool:
    found = hashlib.sha256()
    with archive.member(f"{_FOLDER}/{row.sha256}") as member:
        try:
            async for piece in store.read(row.place, 0, row.size):
                found.update(piece)
                await asyncio.to_thread(member.write, piece)
        except FileNotFoundError:
            return False
    return found.hexdigest() == row.sha256


async def restore_contents(
    connection: AsyncConnection, archive: Archive, store: Store, node: str, progress: Progress
) -> None:
    """Bring all contents into the store, and say in `connection`'s rows where they are now.

    The places are new, for another installation may have the same store. They go by `node`, the data directory's name,
    so that a restore which failed and is done again uses the same. Contents that are not in the archive are marked as
    damaged.
    """
    lost = set(archive.manifest.lost_contents)
    rows = (await connection.execute(select(blobs.c.sha256))).scalars().all()
    for number, sha256 in enumerate(rows):
        progress("restoring files", number, len(rows))
        place = f"{sha256[:2]}/{sha256}-{hashlib.sha256(f'{node} {sha256}'.encode()).hexdigest()[:16]}"
        values: dict[str, object] = {"place": place}
        if sha256 in lost:
            values["damaged_at"] = int(time.time())
        else:
            await _restore(archive, store, sha256, place)
        await connection.execute(update(blobs).where(blobs.c.sha256 == sha256).values(values))
    await connection.execute(delete(blob_leftovers))


async def _restore(archive: Archive, store: Store, sha256: str, place: str) -> None:
    incoming = Incoming(store.spool, limit=2**63)
    try:
        await incoming.open()
        for piece in archive.pieces(f"{_FOLDER}/{sha256}"):
            await incoming.write(piece)
        await incoming.finish()
        if incoming.sha256 != sha256:
            raise InvalidRequest(f"The file {sha256} in the archive does not match its hash. Nothing was kept.")
        await store.keep(incoming.part, place)
    finally:
        await incoming.close()
