"""What people make of the rest of a plan, kept until the program takes it at its next step."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import select, update

from earthshine.agents.sessions.tables import turns
from earthshine.database import Connection, Database
from earthshine.runs.journal.stream import Write

Lines = Sequence[tuple[str, str]]
"""Verb and target of each line."""


class PlanEdits:
    """The edits of all turns; a later one takes the place of one that was not taken yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, turn_id: str) -> tuple[Lines | None, Write | None]:
        """Return the edit of a turn, if there is one, and what forgets it once that is stored."""
        async with self._database.read() as connection:
            kept = await connection.scalar(select(turns.c.plan).where(turns.c.id == turn_id))
        if kept is None:
            return None, None

        async def forget(connection: Connection) -> None:
            # One that came since stays.
            taken = (turns.c.id == turn_id) & (turns.c.plan == kept)
            await connection.execute(update(turns).where(taken).values(plan=None))

        return orjson.loads(kept), forget

    async def keep(self, connection: Connection, turn_id: str, lines: Lines) -> None:
        """Keep an edit."""
        await connection.execute(update(turns).where(turns.c.id == turn_id).values(plan=orjson.dumps(lines).decode()))
