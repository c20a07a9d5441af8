"""Moving from SQLite to PostgreSQL: everything, proved, or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from earthshine.catalog.locks import locked
from earthshine.cli.data.migrate import migrate
from earthshine.database import Database, transfer
from earthshine.database.bulk import count_rows
from earthshine.database.bulk_connections import reading
from earthshine.database.shape import read_shapes
from earthshine.database.url import driver_url
from earthshine.errors import Internal, Unavailable
from tests.backups.filled import dump, fill
from tests.postgres import Cluster, name_of


@pytest.fixture(scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with something in it."""
    folder = tmp_path_factory.mktemp("template")
    await fill(f"sqlite:///{folder / 'earthshine.db'}")
    return folder / "earthshine.db"


@pytest.fixture
def data(tmp_path: Path, template: Path) -> Path:
    """A data directory with something in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(template, folder)
    return folder


@pytest.fixture(scope="module")
async def tables(postgres: Cluster) -> str:
    """The name of a database that has the tables, empty."""
    url = postgres.create()
    await (await Database.open(url)).close()
    return name_of(url)


@pytest.fixture
def target(postgres: Cluster, tables: str) -> Generator[str]:
    """The URL of a database with empty tables, which is faster to make than one without."""
    url = postgres.create(template=tables)
    yield url
    postgres.drop(url)


async def rows_of(url: str) -> int:
    """Return how many rows all tables have."""
    async with reading(driver_url(url)) as connection:
        return await count_rows(connection, (await connection.run_sync(read_shapes))[1])


async def run(data: Path, url: str, *flags: str) -> Result:
    """Give the command."""
    arguments = ["--data", str(data), "--to", url, *flags]
    return await asyncio.to_thread(CliRunner().invoke, migrate, arguments)


async def tables_of(url: str) -> tuple[str | None, list[Any]]:
    async with reading(driver_url(url)) as connection:
        return await connection.run_sync(read_shapes)


async def test_everything_comes_over(data: Path, target: str) -> None:
    before = hashlib.sha256((data / "earthshine.db").read_bytes()).hexdigest()
    moved = await run(data, target, "--json")
    assert moved.exit_code == 0, moved.output
    facts = json.loads(moved.stdout)
    assert facts["equal"] is True
    rows = {table["table"]: table["rows"] for table in facts["tables"]}
    assert rows["run_events"] == 250 and rows["responses"] == 5 and rows["ledger"] == 0
    assert all(table["sha256"] == table["target_sha256"] for table in facts["tables"])
    assert "EARTHSHINE_DATABASE_URL" in moved.stderr
    assert hashlib.sha256((data / "earthshine.db").read_bytes()).hexdigest() == before
    # The program opens it, and reads what it would have read before.
    here, there = await Database.open(f"sqlite:///{data / 'earthshine.db'}"), await Database.open(target)
    for query in (
        "SELECT item FROM conversation_items ORDER BY position",
        "SELECT name FROM keys ORDER BY id",
        "SELECT background FROM responses WHERE id = 'resp_a'",
    ):
        async with here.read() as one, there.read() as other:
            found = (await other.execute(text(query))).all()
            assert found and found == [
                tuple(bool(value) if "background" in query else value for value in row)
                for row in (await one.execute(text(query))).all()
            ]
    compared = await run(data, target, "--check")
    assert compared.exit_code == 0 and "all equal" in compared.stdout, compared.output
    async with there.write() as connection:
        await connection.execute(text("UPDATE keys SET name = 'other' WHERE id = 'key_0'"))
    await here.close()
    await there.close()
    compared = await run(data, target, "--check")
    assert compared.exit_code == 1 and "DIFFERENT" in compared.stdout
    assert "differ" in compared.stderr


async def test_a_target_that_is_not_empty(data: Path, target: str) -> None:
    await fill(target)
    refused = await run(data, target)
    assert refused.exit_code == 1
    assert "is not empty" in refused.stderr and "Nothing was changed" in refused.stderr


async def test_a_target_without_tables(data: Path, postgres_database: str) -> None:
    assert (await run(data, postgres_database)).exit_code == 0
    assert (await run(data, postgres_database, "--check")).exit_code == 0


async def test_a_target_of_another_program(data: Path, postgres_database: str) -> None:
    async with transfer.filling(driver_url(postgres_database)) as connection:
        await connection.execute(text("CREATE TABLE theirs (id integer PRIMARY KEY)"))
    refused = await run(data, postgres_database)
    assert refused.exit_code == 1 and "another program (theirs)" in refused.stderr


async def test_misuse(data: Path, tmp_path: Path) -> None:
    for url, words in (
        (f"sqlite:///{tmp_path / 'x.db'}", "PostgreSQL"),
        ("mysql://u:geheim@h/d", "not one that can be used"),
        ("postgresql://postgres@127.0.0.1:1/nothing", "does not answer"),
    ):
        refused = await run(data, url)
        assert refused.exit_code in (1, 2) and words in refused.stderr
        assert "geheim" not in refused.output
    empty = await run(tmp_path / "nowhere", "postgresql://postgres@127.0.0.1:1/nothing")
    assert empty.exit_code == 2 and "no data directory" in empty.stderr
    assert not (tmp_path / "nowhere").exists()


async def test_a_running_server(data: Path, postgres_database: str) -> None:
    async with locked(data / "server.lock", lambda: None):
        refused = await run(data, postgres_database)
    assert refused.exit_code == 1 and "a server runs" in refused.stderr
    assert await tables_of(postgres_database) == (None, [])


@pytest.mark.parametrize("stage", ["copying run_events", "reading run_events back"])
async def test_a_kill_in_the_middle(stage: str, data: Path, target: str) -> None:
    before = dump(data)
    program = f"""
import asyncio, os
from earthshine.database.transfer import transfer
from earthshine.database.url import driver_url
def progress(what, done, total):
    if what == {stage!r}:
        os.kill(os.getpid(), 9)
asyncio.run(transfer(driver_url("sqlite:///{data}/earthshine.db"), driver_url({target!r}), progress))
"""
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert await rows_of(target) == 0
    assert dump(data) == before
    again = await run(data, target)
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
async def test_a_row_that_postgresql_cannot_take(name: str, data: Path, target: str) -> None:
    with sqlite3.connect(data / "earthshine.db") as connection:
        connection.execute("UPDATE keys SET name = ? WHERE id = 'key_3'", (name,))
    refused = await run(data, target)
    assert refused.exit_code == 1
    assert "a row of keys" in refused.stderr and "COPY keys, line 4, column" in refused.stderr
    assert "xxx" not in refused.output, "the value is somebody's"
    assert await rows_of(target) == 0


@pytest.mark.parametrize("value", ["'text'", "1.5", "9223372036854775807", "x'00'"])
async def test_a_value_of_another_type(value: str, data: Path, target: str) -> None:
    """SQLite holds anything in any column."""
    with sqlite3.connect(data / "earthshine.db") as connection:
        connection.execute(f"UPDATE conversations SET next_position = {value} WHERE id = 'conv_1'")
    refused = await run(data, target)
    assert refused.exit_code == 1
    # 1.5 is taken, as 1; the proof notices.
    words = "The table conversations differs" if value == "1.5" else "does not take a row of conversations"
    assert words in refused.stderr
    assert await rows_of(target) == 0


async def test_a_row_that_goes_missing_is_noticed(data: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = transfer.write_rows

    async def lossy(connection: Any, shape: Any, batches: Any) -> None:
        async def some() -> Any:
            async for batch in batches:
                yield batch[1:] if shape.name == "run_events" else batch

        await original(connection, shape, some())

    monkeypatch.setattr(transfer, "write_rows", lossy)
    source, there = driver_url(f"sqlite:///{data}/earthshine.db"), driver_url(target)
    with pytest.raises(Internal, match="run_events differs"):
        await transfer.transfer(source, there, lambda *_: None)
    assert await rows_of(target) == 0


async def test_what_a_killed_server_left_in_the_write_ahead_log(data: Path, target: str) -> None:
    program = f"""
import os, sqlite3
connection = sqlite3.connect("{data}/earthshine.db", isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("UPDATE keys SET name = 'in the log' WHERE id = 'key_0'")
os.kill(os.getpid(), 9)
"""
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], check=False)
    assert (data / "earthshine.db-wal").stat().st_size > 0
    assert (await run(data, target)).exit_code == 0
    there = await Database.open(target)
    async with there.read() as connection:
        assert (await connection.execute(text("SELECT name FROM keys WHERE id = 'key_0'"))).scalar() == "in the log"
    await there.close()


async def test_tables_of_the_first_version_are_brought_up_to_date_there(tmp_path: Path, postgres_database: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from earthshine.database import migrate as migrations
    from earthshine.database.schema import HEAD

    engine = create_async_engine(driver_url(f"sqlite:///{tmp_path / 'earthshine.db'}"))
    async with engine.begin() as connection:
        await connection.run_sync(migrations.run, "0001")
        await connection.execute(text("INSERT INTO keys VALUES ('k', 'h', 'p', 'default', 'name', 1)"))
    await engine.dispose()
    assert (await run(tmp_path, postgres_database)).exit_code == 0
    assert (await tables_of(postgres_database))[0] == HEAD
    with sqlite3.connect(tmp_path / "earthshine.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


async def test_the_source_is_opened_for_reading_only(data: Path) -> None:
    with pytest.raises(Unavailable, match="readonly"):
        async with reading(driver_url(f"sqlite:///{data}/earthshine.db")) as connection:
            await connection.execute(text("DELETE FROM keys"))


async def test_what_is_no_database(data: Path, target: str) -> None:
    (data / "earthshine.db").write_bytes(b"no database at all" * 100)
    refused = await run(data, target)
    assert refused.exit_code == 1 and "file is not a database" in refused.stderr


async def test_a_user_who_may_not_make_tables(data: Path, postgres: Cluster, postgres_database: str) -> None:
    postgres.execute("CREATE ROLE guest LOGIN")
    refused = await run(data, postgres_database.replace("postgres@", "guest@"))
    assert refused.exit_code == 1 and "permission denied" in refused.stderr, refused.output
