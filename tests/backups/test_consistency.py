"""A backup is one state of the database, on both, whatever is written meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from earthshine.backups.archive import open_archive
from earthshine.backups.backup import backup
from earthshine.database import Database
from earthshine.settings import Settings
from tests.backups.filled import nothing
from tests.postgres import Cluster

PAIRS = (
    "INSERT INTO conversations (id, project, created_at, metadata, next_position) VALUES (:id, 'default', 1, '{}', 1)",
    "INSERT INTO conversation_items (conversation_id, position, item_id, item) VALUES (:id, 0, 'i', :item)",
    "INSERT INTO seal_keys (id, key) VALUES (:id, :item)",
)


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
async def test_what_is_written_together_is_saved_together(where: str, tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.create() if where == "postgresql" else f"sqlite:///{tmp_path / 'earthshine.db'}"
    database = await Database.open(url)
    written = 0

    async def write() -> None:
        nonlocal written
        while True:
            async with database.write() as connection:
                for statement in PAIRS:
                    values = {"id": f"c{written}", "item": b"x" * 2_000}
                    names = {name: value for name, value in values.items() if f":{name}" in statement}
                    await connection.execute(text(statement), names)
            written += 1

    writers = [asyncio.create_task(write())]
    while written < 50:
        await asyncio.sleep(0.01)
    before = written
    saved: list[list[int]] = []
    for number in range(3):
        file = tmp_path / f"b{number}"
        await backup(Settings(data=tmp_path, database_url=url), file, nothing)
        with open_archive(file) as archive:
            counts = {table.name: table.rows for table in archive.manifest.tables}
        saved.append([counts[name] for name in ("conversations", "conversation_items", "seal_keys")])
    assert not writers[0].done(), "writing went on"
    writers[0].cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    assert all(len(set(counts)) == 1 for counts in saved), saved
    assert before <= saved[0][0] < saved[1][0] < saved[2][0] <= written
    await database.close()
    if where == "postgresql":
        postgres.drop(url)
