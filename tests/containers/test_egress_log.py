"""The log of connections from sandboxes: it keeps what it can, is bounded, and is in nobody's way."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from earthshine.containers.egress_log.log import EgressLog
from earthshine.containers.egress_log.tables import egress_log
from earthshine.database import Database
from earthshine.egress import Record
from earthshine.errors import StorageFull
from earthshine.metering.ledger.spool import Spool


class Container:
    """What the log asks of a container's row."""

    id, project = "cntr_1", "proj_1"


ROW: Any = Container()


def done(host: str = "example.org", **more: Any) -> Record:
    return Record("CONNECT", host, 443, "192.0.2.1", "done", sent=10, received=20, seconds=0.5, **more)


def refused(host: str = "evil.example") -> Record:
    return Record("CONNECT", host, 443, "", "not_allowed")


async def rows(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(egress_log).order_by(egress_log.c.id))).all())


@pytest.fixture
async def log(database: Database, tmp_path: Path) -> AsyncGenerator[EgressLog]:
    opened = EgressLog(database, Spool(tmp_path / "spool"), days=30, rows=1000)
    await opened.open()
    yield opened
    await opened.close()


async def test_connections_are_counted_and_kept(log: EgressLog, database: Database) -> None:
    log.add(ROW, done())
    log.add(ROW, refused())
    await log.flush()
    kept = {row.host: row for row in await rows(database)}
    one = kept["example.org"]
    assert (one.project, one.container_id, one.verdict, one.port) == ("proj_1", "cntr_1", "done", 443)
    assert (one.sent, one.received, one.milliseconds, one.address, one.times) == (10, 20, 500, "192.0.2.1", 1)
    assert kept["evil.example"].verdict == "not_allowed"
    assert (log.counts["done"], log.counts["not_allowed"], log.counts["over_time"]) == (1, 1, 0)


async def test_a_flood_of_refusals_is_one_row(log: EgressLog, database: Database) -> None:
    for _ in range(5000):
        log.add(ROW, refused())
    log.add(ROW, refused("another.example"))
    await log.flush()
    log.add(ROW, refused())
    await log.flush()
    assert sorted((row.host, row.times) for row in await rows(database)) == [
        ("another.example", 1),
        ("evil.example", 1),
        ("evil.example", 5000),
    ]
    assert log.counts["not_allowed"] == 5002


async def test_what_a_dead_process_spooled_is_kept_once(database: Database, tmp_path: Path) -> None:
    dead = EgressLog(database, Spool(tmp_path / "spool"), days=30, rows=1000)
    dead.add(ROW, done())
    dead.add(ROW, done("example.net"))
    left = (tmp_path / "spool" / "a.spool").read_bytes()
    await dead.flush()
    # As it is when the process is killed after its commit, and before the file is emptied.
    (tmp_path / "spool" / "a.spool").write_bytes(left)
    again = EgressLog(database, Spool(tmp_path / "spool"), days=30, rows=1000)
    await again.open()
    await again.close()
    assert sorted(row.host for row in await rows(database)) == ["example.net", "example.org"]
    assert (tmp_path / "spool" / "a.spool").read_bytes() == b""


async def test_a_full_disk_is_in_nobodys_way(
    log: EgressLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise StorageFull("The disk is full.")

    def cannot(_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(database, "write", full)
        patched.setattr(log._spool, "append", cannot)
        monkeypatch.setattr("earthshine.containers.egress_log.log._MOST_WAITING", 3)
        for number in range(5):
            log.add(ROW, done(f"{number}.example.org"))
        with pytest.raises(StorageFull):
            await log.flush()
    assert log.left_out == 2
    assert log.counts["done"] == 5
    await log.flush()
    assert {row.host for row in await rows(database)} == {"0.example.org", "1.example.org", "2.example.org"}


async def test_what_is_old_and_what_is_too_much_goes(log: EgressLog, database: Database) -> None:
    log.add(ROW, done("old.example", at=time.time() - 31 * 86_400))
    for number in range(1005):
        log.add(ROW, done(f"{number}.example.org"))
    await log.flush()
    await log.sweep()
    kept = {row.host for row in await rows(database)}
    assert len(kept) == 1000
    assert "old.example" not in kept


async def test_rows_come_into_the_table_unasked(log: EgressLog, database: Database) -> None:
    log.add(ROW, done())
    for _ in range(100):
        if await rows(database):
            break
        await asyncio.sleep(0.05)
    assert len(await rows(database)) == 1
