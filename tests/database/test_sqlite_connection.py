"""SQLite's statements take one trip to the connection's thread each, and give what the driver's own would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.tables import keys
from earthshine.database import Connection, Database
from earthshine.database.sqlite_connection import SqliteConnection

ROWS = [
    {"id": f"{number:03}", "hash": str(number), "prefix": "p", "project": "default", "name": "n", "created_at": number}
    for number in range(250)
]
IDS = [row["id"] for row in ROWS]


@pytest.fixture
async def filled(database: Database) -> Database:
    async with database.write() as connection:
        await connection.execute(insert(keys), ROWS)
    return database


async def test_a_transaction_takes_one_trip_for_each_statement(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[str] = []
    own = SqliteConnection._execute

    async def counted(self: SqliteConnection, work: Any, *arguments: Any) -> Any:
        trips.append(work.__name__)
        return await own(self, work, *arguments)

    monkeypatch.setattr(SqliteConnection, "_execute", counted)
    async with filled.write() as connection:
        assert (await connection.execute(select(keys.c.id).where(keys.c.created_at < 3))).scalars().all() == IDS[:3]
        await connection.execute(update(keys).values(name="m"))
        async with connection.begin_nested():
            await connection.execute(delete(keys).where(keys.c.id == "000"))
    # BEGIN, three statements, a savepoint and its end, COMMIT, and the rollback of a connection that is given back.
    assert trips == ["begin"] * 6 + ["commit", "rollback"]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
async def test_a_result_of_any_length_is_whole(filled: Database, count: int) -> None:
    query = select(keys.c.id).where(keys.c.created_at < count).order_by(keys.c.id)
    async with filled.read() as connection:
        assert (await connection.execute(query)).scalars().all() == IDS[:count]
        assert [row.id async for row in await connection.stream(query)] == IDS[:count]
        parts = [part async for part in (await connection.stream_scalars(query)).partitions(30)]
        assert [each for part in parts for each in part] == IDS[:count]
        assert (await connection.execute(query)).scalar() == (IDS[0] if count else None)


async def test_a_stream_that_is_left_holds_nothing_up(filled: Database) -> None:
    async with filled.read() as connection:
        async for _ in await connection.stream(select(keys.c.id)):
            break
    async with filled.write() as connection:
        await connection.execute(delete(keys))
    assert await filled.empty_log()


async def test_what_was_changed_is_told(filled: Database) -> None:
    async with filled.write() as connection:
        assert (await connection.execute(update(keys).values(name="m").where(keys.c.created_at < 120))).rowcount == 120
        gone = await connection.execute(delete(keys).returning(keys.c.id))
        assert sorted(gone.scalars()) == IDS
        twice = insert(keys)
        await _refused(connection, twice, [ROWS[0], ROWS[0]])
        assert (await connection.execute(select(keys.c.id))).all() == []
        assert (await connection.execute(text("SELECT 1 WHERE 1 = 0"))).first() is None


async def _refused(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(IntegrityError):
        async with connection.begin_nested():
            await connection.execute(statement, rows)


async def test_a_large_value_is_not_kept_by_the_statement_that_stored_it(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path / 'large.db'}")

    async def put(value: str) -> SqliteConnection:
        """Store a value; returns the driver's connection, whose statements keep copies of it until it is closed."""
        async with database.write() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS texts (value TEXT)"))
            await connection.execute(text("INSERT INTO texts VALUES (:value)"), {"value": value})
            return (await connection.get_raw_connection()).driver_connection

    first, second, third = [await put(value) for value in ("small", "a" * 2**21, "small")]
    assert first is second is not third
    async with database.read() as connection:
        assert list(await connection.scalars(text("SELECT length(value) FROM texts"))) == [5, 2**21, 5]
    await database.close()
