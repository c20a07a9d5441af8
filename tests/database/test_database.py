"""Transactions, migrations, and what the driver's errors become."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select, text

from earthshine.accounts.tables import keys
from earthshine.database import Database, metadata
from earthshine.database.migrate import config
from earthshine.database.schema import HEAD
from earthshine.database.shape import full_text_tables
from earthshine.errors import StorageFull, Unavailable
from earthshine.server import load_features

ROW = {"hash": "h", "prefix": "p", "project": "default", "name": "n", "created_at": 1}


async def test_the_migrations_make_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    load_features()  # with them every table is declared
    path = tmp_path / "test.db"
    await (await Database.open(f"sqlite+aiosqlite:///{path}")).close()
    with create_engine(f"sqlite:///{path}").connect() as connection:
        indexes = full_text_tables(connection)
        ignoring = {"include_name": lambda name, kind, _: not (kind == "table" and name in indexes)}
        differences = compare_metadata(MigrationContext.configure(connection, opts=ignoring), metadata)
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert differences == []
    assert version == HEAD == ScriptDirectory.from_config(config()).get_current_head()


async def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as connection:
            await connection.execute(insert(keys).values(id="1", **ROW))
            _ = 1 / 0
    async with database.read() as connection:
        assert (await connection.execute(select(keys.c.id))).all() == []


async def test_writers_take_turns_and_readers_do_not_wait(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(insert(keys).values(id=str(number), **{**ROW, "hash": str(number)}))
            await asyncio.sleep(0.001)
            async with database.read() as reader:
                seen = (await reader.execute(select(keys.c.id).where(keys.c.id == str(number)))).all()
            assert seen == []

    await asyncio.gather(*(write(number) for number in range(50)))
    async with database.read() as connection:
        assert len((await connection.execute(select(keys.c.id))).all()) == 50


async def test_a_lock_of_another_process_is_waited_for_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.database.database._LOCK_WAIT_MS", 200)
    path = tmp_path / "test.db"
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as caught:
        async with database.write() as connection:
            await connection.execute(insert(keys).values(id="1", **ROW))
    assert caught.value.code == "database_locked"
    assert caught.value.retry_after
    holder.execute("ROLLBACK")
    async with database.write() as connection:
        await connection.execute(insert(keys).values(id="1", **ROW))
    await database.close()


async def test_a_full_disk_is_named(database: Database) -> None:
    with pytest.raises(StorageFull) as caught:
        async with database.write() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar()
            await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            for number in range(10_000):
                await connection.execute(insert(keys).values(id=str(number), **{**ROW, "hash": f"{number:060}"}))
    assert caught.value.retry_after
    async with database.read() as connection:
        assert (await connection.execute(select(keys.c.id))).all() == []


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    """A process commits, says so, and is killed at once."""
    path = tmp_path / "test.db"
    program = f"""
import asyncio, os, signal
from sqlalchemy import insert
from earthshine.accounts.tables import keys
from earthshine.database import Database
async def main():
    database = await Database.open("sqlite+aiosqlite:///{path}")
    for number in range(20):
        async with database.write() as connection:
            await connection.execute(insert(keys).values(id=str(number), hash=str(number), prefix="p",
                project="default", name="n", created_at=1))
        print(number, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    said = done.stdout.split()
    with sqlite3.connect(path) as connection:
        stored = [row[0] for row in connection.execute("SELECT id FROM keys ORDER BY created_at, id")]
    assert sorted(said) == sorted(stored) and len(said) == 20
