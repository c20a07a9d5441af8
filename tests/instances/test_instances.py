"""Processes beat by the database's clock; who is silent is dead, unless nobody could have been heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
from sqlalchemy import String, insert, literal, select, update

from earthshine.database import Database, clock
from earthshine.errors import Unavailable
from earthshine.instances import Instances
from earthshine.instances.node import node_id
from earthshine.instances.tables import instances
from tests.patience import PATIENCE

DEAD_AFTER = 0.5


@pytest.fixture
async def database(postgres_with_tables: str) -> AsyncGenerator[Database]:
    opened = await Database.open(postgres_with_tables)
    yield opened
    await opened.close()


async def until(said: Callable[[], bool], patience: float = PATIENCE) -> None:
    async with asyncio.timeout(patience):
        while not said():
            await asyncio.sleep(0.02)


async def is_dead(one: Instances, database: Database, owner: str | None) -> bool:
    async with database.read() as connection:
        return bool(await connection.scalar(select(one.dead(literal(owner, String)))))


async def test_two_see_each_other_and_one_that_left_is_dead_at_once(database: Database) -> None:
    first, second = (Instances(database, name, dead_after=DEAD_AFTER) for name in ("a", "b"))
    await first.open()
    await second.open()
    assert await first.alive() == await second.alive() == {first.id, second.id}
    await second.close()
    assert await first.alive() == {first.id}
    assert await is_dead(first, database, second.id)
    assert await is_dead(first, database, None)
    assert not await is_dead(first, database, first.id)
    await first.close()


async def test_one_that_is_silent_is_dead_after_a_while(database: Database) -> None:
    watcher, silent = (Instances(database, name, dead_after=DEAD_AFTER) for name in ("a", "b"))
    await watcher.open()
    await silent.open()
    await silent._beats.close()
    await asyncio.sleep(DEAD_AFTER / 3)
    assert silent.id in await watcher.alive()
    await asyncio.sleep(DEAD_AFTER)
    await until(lambda: watcher.steady)
    assert await watcher.alive() == {watcher.id}
    assert await is_dead(watcher, database, silent.id)
    # It wakes up.
    await silent._beat()
    assert not await is_dead(watcher, database, silent.id)
    await watcher.close()


async def test_after_an_outage_nobody_is_dead_for_having_been_silent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Instances(database, "a", dead_after=DEAD_AFTER)
    await one.open()
    await until(lambda: one.steady)
    async with database.write() as connection:
        row = {"id": "other", "node": "b", "address": "", "started_at": clock(), "beat_at": clock()}
        await connection.execute(insert(instances).values(**row))
    down = True
    beat = one._beat

    async def fail() -> None:
        if down:
            raise Unavailable("The database does not answer.")
        await beat()

    monkeypatch.setattr(one, "_beat", fail)
    await asyncio.sleep(2 * DEAD_AFTER)
    assert not one.steady
    down = False
    await until(lambda: one._in_touch)
    assert not one.steady
    assert "other" in await one.alive()
    assert not await is_dead(one, database, "other")
    await until(lambda: one.steady)
    assert await is_dead(one, database, "other")
    await one.close()


async def test_a_new_process_on_the_same_data_knows_that_the_old_one_is_dead(
    database: Database, tmp_path: Path
) -> None:
    old = Instances(database, node_id(tmp_path), dead_after=60)
    await old.open()
    await old._beats.close()
    new = Instances(database, node_id(tmp_path), dead_after=60)
    other = Instances(database, node_id(tmp_path / ".."), dead_after=60)
    await other.open()
    await new.open()
    assert await new.alive() == {new.id, other.id}
    assert await is_dead(new, database, old.id)
    await new.close()
    await other.close()


async def test_one_whose_row_was_removed_comes_back(database: Database) -> None:
    one = Instances(database, "a", dead_after=60)
    await one.open()
    async with database.write() as connection:
        await connection.execute(update(instances).values(beat_at=clock() - 4000))
    other = Instances(database, "b", dead_after=60)
    await other.open()
    await other._beat()
    assert await other.alive() == {other.id}
    await one._beat()
    assert await other.alive() == {one.id, other.id}
    await one.close()
    await other.close()


async def test_on_sqlite_there_is_only_one(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    old = Instances(database, "a")
    await old.open()
    new = Instances(database, "elsewhere")
    await new.open()
    assert await new.alive() == {new.id}
    assert await is_dead(new, database, old.id)
    await new.close()
    await database.close()
