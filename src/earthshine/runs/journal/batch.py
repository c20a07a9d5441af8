"""What one commit of the journal stores: events of many runs, what goes with them, and who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, IntegrityError

from earthshine.database import Connection, insert_new
from earthshine.database.driver_errors import translate
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.runs.journal.stream import Stream, TakenOver, Write
from earthshine.runs.records import now_ms
from earthshine.runs.tables import run_events

Failures = Mapping[int, Exception]
"""What kept a record from being stored, by its place in the batch."""


class Row(NamedTuple):
    """One event that waits for its commit."""

    run_id: str
    number: int
    event: bytes
    raw: str
    step: int


@dataclass(slots=True)
class Record:
    """Something else that is stored with the events of a stream so far."""

    stream: Stream
    run_id: str
    writes: Sequence[Write]
    stored: asyncio.Future[None]
    ends: bool
    """Whether readers come to their end after it."""


@dataclass(slots=True)
class Batch:
    """All that waits for one commit."""

    rows: list[tuple[Stream, Row]] = field(default_factory=list["tuple[Stream, Row]"])
    records: list[Record] = field(default_factory=list["Record"])
    since: float = 0.0
    """When its oldest event was added."""

    def streams(self) -> dict[Stream, str]:
        """Return its streams, with the ids of their runs."""
        return {stream: row.run_id for stream, row in self.rows} | {each.stream: each.run_id for each in self.records}

    def give_up(self) -> None:
        """Have nobody wait for what will not be stored here."""
        for record in self.records:
            if not record.stored.done():
                record.stored.set_exception(TakenOver())

    async def store(self, connection: Connection, lost: Collection[Stream]) -> Failures:
        """Write all but what is of streams that are `lost`; what can never be written does not hold up the rest."""
        now = now_ms()
        rows = [
            {
                "run_id": row.run_id,
                "sequence_number": row.number,
                "event": row.event,
                "raw": row.raw.encode(),
                "step": row.step,
                "stored_ms": now,
            }
            for stream, row in self.rows
            if stream not in lost
        ]
        if rows:
            # Those that are there already came with a commit whose answer a broken connection has kept from us.
            await connection.execute(insert_new(connection, run_events), rows)
        failures: dict[int, Exception] = {}
        for place, record in enumerate(self.records):
            if record.stream in lost:
                failures[place] = TakenOver()
                continue
            try:
                async with connection.begin_nested():
                    for write in record.writes:
                        await write(connection)
            except (EarthshineError, IntegrityError) as error:
                failures[place] = error
            except DBAPIError as error:
                refusal = translate(error)
                # The rest is worth another try.
                if not isinstance(refusal, InvalidRequest):
                    raise
                failures[place] = refusal
        return failures

    def publish(self, lost: Collection[Stream], failures: Failures) -> None:
        """Show readers what is stored, and tell those who wait."""
        fresh: dict[Stream, list[bytes]] = {}
        for stream, row in self.rows:
            if stream not in lost:
                fresh.setdefault(stream, []).append(row.event)
        for stream, new in fresh.items():
            stream.publish(new)
        for stream in lost:
            stream.lose()
        for place, record in enumerate(self.records):
            if record.ends:
                record.stream.publish((), ended=True)
            if record.stored.done():
                continue
            if place in failures:
                record.stored.set_exception(failures[place])
            else:
                record.stored.set_result(None)
