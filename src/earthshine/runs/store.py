"""Rows of runs that others write and remove inside their own transactions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select

from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.runs.records import now_ms
from earthshine.runs.tables import run_events, run_steps, runs

_AT_ONCE = 100


async def add_events(connection: Connection, run_id: str, events: Sequence[bytes], written: str = "") -> None:
    """Store the first events of a run, with what a model had `written` to cause the last of them."""
    now = now_ms()
    rows = [
        {"run_id": run_id, "sequence_number": number, "event": event, "raw": b"", "stored_ms": now}
        for number, event in enumerate(events)
    ]
    if written:
        rows[-1]["raw"] = written.encode()
    if rows:
        await connection.execute(insert(run_events), rows)


async def remove_runs(connection: Connection, ids: Collection[str]) -> None:
    """Remove runs with all that was stored of them; a process that performs one finds it gone."""
    for table in (run_events, run_steps):
        await connection.execute(delete(table).where(among(connection, table.c.run_id, ids)))
    await connection.execute(delete(runs).where(among(connection, runs.c.id, ids)))


async def remove_ended(database: Database, kinds: Collection[str], before_ms: int) -> None:
    """Remove the runs of some kinds that ended before a moment, in Unix milliseconds, a few at once."""
    ended = select(runs.c.id).where(runs.c.kind.in_(kinds), runs.c.ended_ms < before_ms).order_by(runs.c.id)
    while True:
        async with database.write() as connection:
            ids = list(await connection.scalars(ended.limit(_AT_ONCE)))
            await remove_runs(connection, ids)
        if len(ids) < _AT_ONCE:
            return
