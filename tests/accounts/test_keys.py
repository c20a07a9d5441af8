"""Keys are made once, shown once, and stored as hashes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from earthshine.accounts.keys import Keys
from earthshine.accounts.tables import keys
from earthshine.database import Database
from earthshine.errors import Unauthenticated


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    yield opened
    await opened.close()


async def test_the_first_start_makes_a_key_and_shows_it_once(database: Database) -> None:
    first = Keys(database)
    key = await first.open()
    assert key is not None
    assert key.startswith("sk-es-")
    assert len(key) >= 32
    caller = first.identify(key)
    second = Keys(database)
    assert await second.open() is None
    assert second.identify(key) == caller
    assert caller.project == "default"


async def test_a_bootstrap_key_counts_at_the_first_start_only(database: Database) -> None:
    assert await Keys(database).open("sk-chosen") is None
    later = Keys(database)
    assert await later.open("sk-other") is None
    later.identify("sk-chosen")
    with pytest.raises(Unauthenticated):
        later.identify("sk-other")


async def test_the_key_itself_is_not_stored(database: Database) -> None:
    await Keys(database).open("sk-chosen-0123456789")
    async with database.read() as connection:
        (row,) = (await connection.execute(select(keys))).all()
    assert "sk-chosen-0123456789" not in repr(row)
    assert row.prefix == "sk-chosen-"


@pytest.mark.parametrize("wrong", ["", "sk-chosen ", "SK-CHOSEN", "sk-chose", "\ud800", "\0", "قمر"])
async def test_wrong_keys_are_refused_with_advice(wrong: str, database: Database) -> None:
    opened = Keys(database)
    await opened.open("sk-chosen")
    with pytest.raises(Unauthenticated, match="Authorization: Bearer KEY"):
        opened.identify(wrong)
