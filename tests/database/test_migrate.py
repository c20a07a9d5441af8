"""Schema migrations: all or nothing, with a copy from before, on both databases."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from earthshine.database import Database, migrate, snapshot
from earthshine.database.schema import HEAD
from earthshine.errors import StorageFull, Unavailable
from tests.postgres import Cluster

Inject = Callable[[str], None]

SCRIPTS = migrate.SCRIPTS

BROKEN = """
    op.add_column("keys", sa.Column("colour", sa.String(16)))
    op.execute("UPDATE keys SET name = 'gone'")
    op.execute("DELETE FROM conversations")
    op.execute("SELECT * FROM no_such_table")
"""

REBUILT = """
    with op.batch_alter_table("conversations", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.String(16)))
"""


@pytest.fixture
def inject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inject:
    """Give the program one migration more, with this body."""

    def add(body: str) -> None:
        folder = tmp_path / "migrations"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "9999_next.py").write_text(
            f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "9999"\ndown_revision = "{HEAD}"\n\n\n'
            f"def upgrade():\n{body}\n"
        )
        monkeypatch.setattr(migrate, "SCRIPTS", folder)
        monkeypatch.setattr("earthshine.database.database.HEAD", "9999")

    return add


def driver(url: str) -> str:
    """Return the URL with the driver's name in it."""
    return url.replace("postgresql:", "postgresql+asyncpg:")


async def fill(url: str) -> None:
    """Store a key, and a conversation with an item."""
    database = await Database.open(url)
    async with database.write() as connection:
        for statement in (
            "INSERT INTO keys (id, hash, prefix, project, name, created_at) VALUES ('k', 'h', 'p', 'default', 'ن', 1)",
            "INSERT INTO conversations VALUES ('c', 'default', 1, '{}', 1, '')",
        ):
            await connection.execute(text(statement))
        item = text("INSERT INTO conversation_items VALUES ('c', 0, 'i', :item)")
        await connection.execute(item, {"item": b"{}"})
    await database.close()


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


async def test_a_migration_that_fails_leaves_sqlite_as_it_was(tmp_path: Path, inject: Inject) -> None:
    path = tmp_path / "test.db"
    url = f"sqlite+aiosqlite:///{path}"
    await fill(url)
    before = dump(path)
    inject(BROKEN)
    with pytest.raises(Unavailable) as caught:
        await Database.open(url)
    assert caught.value.code == "migration_failed"
    assert "no such table: no_such_table" in caught.value.message
    assert dump(path) == before
    copy = tmp_path / f"test-schema-{HEAD}.db"
    assert str(copy) in caught.value.message
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(dump(copy)) == sorted(before)
    # Mended, it goes on from there.
    inject(REBUILT)
    database = await Database.open(url)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == "9999"
        assert (await connection.execute(text("SELECT name FROM keys"))).scalar() == "ن"
    await database.close()


async def test_a_migration_that_fails_leaves_postgresql_as_it_was(postgres: Cluster, inject: Inject) -> None:
    url = driver(postgres.create())
    await fill(url)
    inject(BROKEN)
    with pytest.raises(Unavailable) as caught:
        await Database.open(url)
    assert "no_such_table" in caught.value.message
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == HEAD
        assert (await connection.execute(text("SELECT name FROM keys"))).scalar() == "ن"
        assert (await connection.execute(text("SELECT count(*) FROM conversations"))).scalar() == 1
        columns = await connection.execute(
            text("SELECT 1 FROM information_schema.columns WHERE table_name = 'keys' AND column_name = 'colour'")
        )
        assert columns.all() == []
    await engine.dispose()
    postgres.drop(url)


async def test_a_rebuilt_table_keeps_the_rows_that_belong_to_its_rows(tmp_path: Path, inject: Inject) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    await fill(url)
    inject(REBUILT)
    database = await Database.open(url)
    async with database.write() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM conversation_items"))).scalar() == 1
        await connection.execute(text("DELETE FROM conversations"))
        assert (await connection.execute(text("SELECT count(*) FROM conversation_items"))).scalar() == 0
    await database.close()


async def test_rows_that_lose_their_owner_stop_a_migration(tmp_path: Path, inject: Inject) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    await fill(url)
    inject('    op.execute("DELETE FROM conversations")')
    with pytest.raises(Unavailable, match="conversation_items"):
        await Database.open(url)


async def test_a_kill_in_the_middle_of_a_migration(tmp_path: Path, inject: Inject) -> None:
    path = tmp_path / "test.db"
    await fill(f"sqlite+aiosqlite:///{path}")
    before = dump(path)
    inject(BROKEN.replace("SELECT * FROM no_such_table", "DELETE FROM keys") + "    import os; os.kill(os.getpid(), 9)")
    program = f"""
import asyncio
from pathlib import Path
from earthshine.database import Database, database, migrate
migrate.SCRIPTS, database.HEAD = Path({str(migrate.SCRIPTS)!r}), "9999"
asyncio.run(Database.open("sqlite+aiosqlite:///{path}"))
"""
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    assert dump(path) == before


async def test_the_newest_three_copies_stay(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    await fill(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path, isolation_level=None) as connection:
        made = [snapshot.snapshot(connection.cursor(), version) for version in ("1", "2", "3", "3", "4")]
    assert sorted(tmp_path.glob("test-schema-*")) == sorted(set(made[1:]))


async def test_no_room_for_the_copy(tmp_path: Path, inject: Inject, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "test.db"
    await fill(f"sqlite+aiosqlite:///{path}")
    before = dump(path)
    inject(REBUILT)
    monkeypatch.setattr(snapshot, "RESERVE", 2**60)
    with pytest.raises(StorageFull) as caught:
        await Database.open(f"sqlite+aiosqlite:///{path}")
    needed, free = (int(word) for word in caught.value.message.split() if word.isdigit())
    assert needed > 2**60
    assert abs(free - shutil.disk_usage(tmp_path).free) < 2**30
    assert dump(path) == before
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
async def test_a_newer_database_is_refused(where: str, tmp_path: Path, postgres: Cluster) -> None:
    url = driver(postgres.create()) if where == "postgresql" else f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    await fill(url)
    database = await Database.open(url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '7777'"))
    await database.close()
    with pytest.raises(Unavailable) as caught:
        await Database.open(url)
    assert caught.value.code == "database_newer"
    assert "7777" in caught.value.message and HEAD in caught.value.message
    if where == "sqlite":
        with create_engine(f"sqlite:///{tmp_path / 'test.db'}").connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM keys")).scalar() == 1
    else:
        postgres.drop(url)


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
async def test_servers_that_start_together_take_turns(where: str, tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.create() if where == "postgresql" else f"sqlite:///{tmp_path / 'test.db'}"
    async with asyncio.TaskGroup() as starting:
        opened = [starting.create_task(Database.open(url)) for _ in range(3)]
    for database in (task.result() for task in opened):
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).all() == [(HEAD,)]
        await database.close()
    if where == "postgresql":
        postgres.drop(url)
