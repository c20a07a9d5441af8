"""When what happened to one response, in Unix milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from earthshine.database import Connection
from earthshine.runs.records import now_ms
from earthshine.runs.tables import run_events

_BEGINNING = 32
"""Events among which the first piece of a reply is found."""


@dataclass(slots=True)
class Timings:
    """The moments that a run remembers until its end, where they are stored."""

    begun: int | None = None
    """When the model was asked."""
    first_token: int | None = None
    """When the first piece of text, of reasoning or of a call's arguments came."""

    def note_begin(self) -> None:
        """Say that the model is being asked; a run that is taken up again began earlier."""
        if self.begun is None:
            self.begun = now_ms()

    def note_piece(self) -> None:
        """Say that the model wrote something."""
        if self.first_token is None:
            self.first_token = now_ms()


async def stored_timings(connection: Connection, response_id: str) -> Timings:
    """Return when a response began and when its first piece was stored, as far as its events tell."""
    query = (
        select(run_events.c.event, run_events.c.stored_ms)
        .where(run_events.c.run_id == response_id)
        .order_by(run_events.c.sequence_number)
        .limit(_BEGINNING)
    )
    return timings_of([(row.event, row.stored_ms) for row in await connection.execute(query)])


def timings_of(stored: Sequence[tuple[bytes, int | None]]) -> Timings:
    """Return what a journal tells of a response that another process, or an earlier start, began to write.

    Each event comes with the time of its commit; the moments are those of commits, up to a commit interval late.
    """
    found = Timings()
    for event, at in stored:
        kind = kind_of(event)
        if found.begun is None and kind == "response.in_progress":
            found.begun = at
        if kind.endswith(".delta"):
            found.first_token = at
            break
    return found


def kind_of(event: bytes) -> str:
    """Return the type of an event, JSON that begins with it."""
    return event[9 : event.index(b'"', 9)].decode()
