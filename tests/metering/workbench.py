"""Meters with limits of one's choosing, on either kind of counters."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.engines.deltas import Usage
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.ledger.writer import Ledger
from earthshine.metering.limits.counters import Counters
from earthshine.metering.limits.local_counters import LocalCounters
from earthshine.metering.limits.shared_counters import SharedCounters
from earthshine.metering.limits.store import Kind, Limit, Limits, Scope
from earthshine.metering.meter import Meter
from earthshine.metering.prices.price import Price, Prices
from earthshine.metering.tables import ledger as rows
from earthshine.metering.tables import reservations
from earthshine.metering.usage_estimate import Served, UsageEstimate

CALLER = Caller("key_1", "proj_1", "org_1", "user_1")
PRICE = Price(input=3, cached_input=1, output=7)
MODEL = "star"


class Chosen(Limits):
    """Limits that a test sets; nothing is read or stored."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.all: list[Limit] = []
        self.forbidden: set[tuple[str, str]] = set()

    def of(self, caller: Caller, model: str) -> tuple[Limit, ...]:
        holders = {
            ("organization", caller.organization),
            ("project", caller.project),
            ("key", caller.key_id),
            ("user", caller.user),
        }
        return tuple(
            each for each in self.all if (each.scope, each.scope_id) in holders and each.model in (None, model)
        )

    def may_use(self, project: str, model: str) -> bool:
        return (project, model) not in self.forbidden


class Process:
    """One of several processes on a database; the living are those in `alive_ids`."""

    alive_ids: set[str]

    def __init__(self, name: str, alive_ids: set[str]) -> None:
        self.id = name
        self.alive_ids = alive_ids
        alive_ids.add(name)

    async def alive(self) -> frozenset[str]:
        return frozenset(self.alive_ids)


@dataclass
class Bench:
    """What a test holds in its hands."""

    database: Database
    limits: Chosen
    prices: Prices
    counters: Counters
    ledger: Ledger
    meter: Meter
    spool: Path

    def limit(self, scope: Scope, kind: Kind, amount: int, model: str | None = None) -> None:
        ids = {"organization": "org_1", "project": "proj_1", "key": "key_1", "user": "user_1"}
        self.limits.all.append(Limit(scope, ids[scope], kind, model, amount))

    async def ledger_rows(self) -> list[Any]:
        await self.ledger.flush()
        async with self.database.read() as connection:
            return list((await connection.execute(select(rows).order_by(rows.c.id))).all())

    async def spent(self) -> int:
        return sum(row.cost for row in await self.ledger_rows())

    async def reserved(self) -> int:
        """Return the sum of everything that is reserved."""
        if isinstance(self.counters, LocalCounters):
            return self.counters.reserved
        await self.ledger.flush()
        await self.counters.sweep()
        async with self.database.read() as connection:
            return int((await connection.execute(select(func.sum(reservations.c.amount)))).scalar() or 0)


def estimate(size: int = 10, output: int | None = 5, choices: int = 1) -> UsageEstimate:
    """Return what a request of `size` bytes asks for."""
    return UsageEstimate("chat.completions", lambda: size, output, choices)


def usage(read: int = 4, written: int = 2, cached: int = 0) -> Usage:
    return Usage(read, cached, written, 0)


@asynccontextmanager
async def open_bench(
    folder: Path, url: str = "", *, process: Process | None = None, interval: float = 0.05
) -> AsyncGenerator[Bench]:
    """Open a meter on SQLite in `folder` or on `url`, with shared counters when it is one `process` of several."""
    database = await Database.open(url or f"sqlite+aiosqlite:///{folder / 'meter.db'}")
    limits, prices = Chosen(database), Prices()
    prices.put(MODEL, PRICE)
    counters = SharedCounters(database, process) if process else LocalCounters(database)
    spool = folder / (process.id if process else "spool")
    ledger = Ledger(database, counters, Spool(spool), interval=interval)
    await ledger.open()
    meter = Meter(limits, prices, counters, ledger, Served, default_output=100, batch_discount=50)
    try:
        yield Bench(database, limits, prices, counters, ledger, meter, spool)
    finally:
        await ledger.close()
        await database.close()
