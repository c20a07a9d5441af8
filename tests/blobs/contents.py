"""What tests of stored contents do again and again."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from earthshine.blobs import Blobs
from earthshine.blobs.tables import blob_leftovers, blob_owners, blobs
from earthshine.database import Database


async def put(store: Blobs, database: Database, owner: str, content: bytes, project: str = "home") -> str:
    """Store a content in pieces, as it would arrive, and return its hash."""
    async with store.incoming(limit=100_000_000) as incoming:
        for start in range(0, len(content), 70_000):
            await incoming.write(content[start : start + 70_000])
        await store.keep(incoming)
        async with database.write() as connection:
            await store.hold(connection, incoming, owner, project)
    return incoming.sha256


async def get(store: Blobs, owner: str, start: int = 0, end: int | None = None) -> bytes:
    """Return what an owner holds, or a range of it."""
    return b"".join([piece async for piece in store.read(await store.find(owner), start, end)])


async def drop(store: Blobs, database: Database, *owners: str) -> None:
    """Release, and remove what nobody holds."""
    async with database.write() as connection:
        await store.release(connection, owners)
    await store.remove_leftovers()


async def rows(database: Database) -> tuple[int, int, int]:
    """Return how many contents, owners and leftovers there are."""
    async with database.read() as connection:
        contents, owners, left = [
            len((await connection.execute(select(table))).all()) for table in (blobs, blob_owners, blob_leftovers)
        ]
    return contents, owners, left


def files(folder: Path) -> list[Path]:
    """Return the files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]
