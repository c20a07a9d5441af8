"""A meter for tests of other packages: nothing is limited, everything is free, and the ledger is real."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from earthshine.database import Database
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.ledger.writer import Ledger
from earthshine.metering.limits.local_counters import LocalCounters
from earthshine.metering.limits.store import Limits
from earthshine.metering.meter import Meter
from earthshine.metering.prices.price import Prices
from earthshine.metering.usage_estimate import Served


@asynccontextmanager
async def plain_meter(database: Database, folder: Path) -> AsyncGenerator[Meter]:
    """Open a meter whose spool is in `folder`."""
    counters = LocalCounters(database)
    ledger = Ledger(database, counters, Spool(folder / "spool"))
    await ledger.open()
    try:
        yield Meter(Limits(database), Prices(), counters, ledger, Served, default_output=8192)
    finally:
        await ledger.close()
