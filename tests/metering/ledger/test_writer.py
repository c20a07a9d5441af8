from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from earthshine.database import Connection
from earthshine.errors import StorageFull, Unavailable
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.tables import spend
from tests.metering.workbench import CALLER, MODEL, Bench, estimate, open_bench, usage


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncGenerator[Bench]:
    async with open_bench(tmp_path, interval=5) as opened:
        yield opened


async def charge(bench: Bench, name: str) -> None:
    with await bench.meter.admit(CALLER, MODEL, estimate()) as reservation:
        reservation.settle(name, usage(4, 2))


async def test_a_dead_process_lost_nothing_and_the_next_charges_nothing_twice(tmp_path: Path) -> None:
    async with open_bench(tmp_path, interval=5) as bench:
        for number in range(5):
            await charge(bench, f"chatcmpl-{number}")
        # As the spool is when the process is killed after its commit, and before the file is emptied.
        left = (bench.spool / "a.spool").read_bytes()
        assert left.count(b"\n") == 5
        await bench.ledger.flush()
        assert (bench.spool / "a.spool").read_bytes() == b""
    (tmp_path / "spool" / "a.spool").write_bytes(left)
    spool = Spool(tmp_path / "spool")
    spool.turn()
    spool.append({**spool.read()[0], "id": "chatcmpl-5"})
    async with open_bench(tmp_path) as again:
        rows = await again.ledger_rows()
        assert [row.id for row in rows] == [f"chatcmpl-{number}" for number in range(6)]
        assert await _sum_of_spend(again) == 6 * 26
        assert (again.spool / "a.spool").stat().st_size == 0


async def test_rows_are_brought_in_without_being_asked(tmp_path: Path) -> None:
    async with open_bench(tmp_path, interval=0.01) as bench:
        await charge(bench, "chatcmpl-1")
        for _ in range(200):
            if await _sum_of_spend(bench):
                break
            await asyncio.sleep(0.02)
        assert await _sum_of_spend(bench) == 26


async def test_nothing_is_lost_while_the_database_is_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bench.ledger.write

    async def away(connection: Connection, settled: Any) -> None:
        raise Unavailable("The database does not answer.")

    await charge(bench, "chatcmpl-1")
    monkeypatch.setattr(bench.ledger, "write", away)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await bench.ledger.flush()
        await charge(bench, f"chatcmpl-{bench.ledger._waiting[-1][1]['id'][9:]}1")
    monkeypatch.setattr(bench.ledger, "write", real)
    assert len(Spool(bench.spool).read()) == 4
    assert [row.id for row in await bench.ledger_rows()] == [f"chatcmpl-{'1' * n}" for n in (1, 2, 3, 4)]
    await bench.ledger.flush()
    assert Spool(bench.spool).read() == []


async def test_a_full_disk_keeps_settlements_and_lets_no_work_begin(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    await charge(bench, "chatcmpl-1")
    monkeypatch.setattr(os, "write", full)
    await charge(bench, "chatcmpl-2")
    assert "chatcmpl-2 could not be spooled" in caplog.text
    with pytest.raises(StorageFull) as refused:
        await charge(bench, "chatcmpl-3")
    assert refused.value.status == 507
    monkeypatch.undo()
    await bench.ledger.flush()
    await charge(bench, "chatcmpl-4")
    assert [row.id for row in await bench.ledger_rows()] == ["chatcmpl-1", "chatcmpl-2", "chatcmpl-4"]


async def test_a_row_of_an_earlier_version_is_brought_in(tmp_path: Path) -> None:
    async with open_bench(tmp_path, interval=5) as bench:
        await charge(bench, "chatcmpl-1")
        (old,) = Spool(bench.spool).read()
    for name in ("estimated", "hosted_cost", "parent_id", "unit", "quantity", "unit_cost", "milliseconds"):
        del old[name]
    Spool(tmp_path / "spool").append({**old, "id": "chatcmpl-0", "since_removed": 1})
    async with open_bench(tmp_path) as again:
        assert [(row.id, row.estimated, row.unit, row.quantity) for row in await again.ledger_rows()] == [
            ("chatcmpl-0", False, "tokens", 0),
            ("chatcmpl-1", False, "tokens", 0),
        ]


async def test_many_rows_at_once_and_each_once(bench: Bench) -> None:
    for number in range(1200):
        await charge(bench, f"chatcmpl-{number:05}")
        await charge(bench, f"chatcmpl-{number:05}")
    assert len(await bench.ledger_rows()) == 1200
    assert await _sum_of_spend(bench) == 1200 * 26


async def test_the_sums_of_each_scope_are_those_of_the_ledger(bench: Bench) -> None:
    for number in range(10):
        await charge(bench, f"chatcmpl-{number}")
    total = await bench.spent()
    async with bench.database.read() as connection:
        sums = (await connection.execute(select(spend.c.scope, func.sum(spend.c.cost)).group_by(spend.c.scope))).all()
    assert {scope: int(cost) for scope, cost in sums} == dict.fromkeys(
        ("organization", "project", "key", "user"), total
    )


async def _sum_of_spend(bench: Bench) -> int:
    query = select(func.sum(spend.c.cost)).where(spend.c.scope == "project")
    async with bench.database.read() as connection:
        return int((await connection.execute(query)).scalar() or 0)


async def test_a_row_that_no_database_takes_is_set_aside_and_blocks_nothing(bench: Bench) -> None:
    await charge(bench, "chatcmpl-1")
    await charge(bench, "chatcmpl-2")
    hold, row = bench.ledger._waiting[0]
    assert hold is not None
    bench.ledger._waiting[0] = (hold, {**row, "id": "chatcmpl-bad", "created_at": "سنة" * 10**6, "cost": []})
    with pytest.raises(Exception):  # noqa: B017 - whatever the driver says
        await bench.ledger.flush()
    await bench.ledger.flush(one_by_one=True)
    assert [row.id for row in await bench.ledger_rows()] == ["chatcmpl-2"]
    assert b"chatcmpl-bad" in (bench.spool / "damaged.spool").read_bytes()
