"""`earthshine doctor` about the database: reachable or not, of which version, and what time it is there."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest

from earthshine.cli.diagnosis.database_checks import check_database
from earthshine.database import Database
from earthshine.settings import Settings

pytestmark = pytest.mark.sqlite


async def states(settings: Settings) -> dict[str, tuple[str, str, str]]:
    return {found.what: (found.state, found.detail, found.mend) for found in await check_database(settings)}


async def made(data: Path) -> Settings:
    settings = Settings(data=data)
    await (await Database.open(settings.database)).close()
    return settings


async def test_nothing_is_there_yet(tmp_path: Path) -> None:
    found = await states(Settings(data=tmp_path))
    assert found["database"][0] == found["clock"][0] == "ok"
    assert not list(tmp_path.iterdir())


async def test_all_is_well(tmp_path: Path) -> None:
    found = await states(await made(tmp_path))
    assert {what: state for what, (state, _, _) in found.items()} == {"database": "ok", "schema": "ok", "clock": "ok"}


async def test_an_older_and_a_newer_schema(tmp_path: Path) -> None:
    settings = await made(tmp_path)
    for version, state, words in (("0001", "warning", "snapshot"), ("9999", "broken", "Install the Earthshine")):
        with sqlite3.connect(tmp_path / "earthshine.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.close()
        found = (await states(settings))["schema"]
        assert found[0] == state and words in found[2], found


async def test_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "earthshine.db").write_bytes(b"this is no database" * 100)
    assert (await states(Settings(data=tmp_path)))["database"][0] == "broken"


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    found = (await states(Settings(data=tmp_path, database_url="postgresql://me:hunter2@127.0.0.1:9/x")))["database"]
    assert found[0] == "broken"
    assert "hunter2" not in "".join(found)


async def test_a_clock_that_went_back(tmp_path: Path) -> None:
    settings = await made(tmp_path)
    tomorrow = time.time() + 86_400
    os.utime(tmp_path / "earthshine.db", (tomorrow, tomorrow))
    assert (await states(settings))["clock"][0] == "warning"
