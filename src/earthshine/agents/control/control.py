"""A turn is told to wait, or to go on; what runs ends at the next boundary between two steps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from earthshine.agents.sessions import store
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import turn_of
from earthshine.agents.sessions.tables import turns
from earthshine.database import Database
from earthshine.errors import Conflict
from earthshine.responses.run.response_run import ResponseRun


class TurnControl:
    """Holds turns, and says when a response is to end for it."""

    def __init__(self, database: Database, sessions: AgentSessions) -> None:
        self._database, self._sessions = database, sessions

    async def yields(self, response: ResponseRun) -> bool:
        """Tell whether words wait for a turn whose response this is, or it is held. Any process may have stored that.

        One row is read by its key: about 0.2 ms before each step of a model, which takes a hundred times that.
        """
        turn_id = turn_of(response)
        if turn_id is None:
            return False
        wanted = select(turns.c.steps, turns.c.said, turns.c.hold).where(turns.c.id == turn_id)
        async with self._database.read() as connection:
            row: Any = (await connection.execute(wanted)).one_or_none()
        return row is not None and row.steps[-1]["id"] == response.id and bool(row.said or row.hold)

    async def pause(self, session_id: str, project: str) -> None:
        """Hold the turn that is under way: what runs is done, nothing follows it. Raises `NotFound`, `Conflict`."""
        await self._hold(session_id, project, "paused")

    async def resume(self, session_id: str, project: str) -> None:
        """Let a turn that is held go on. Raises `NotFound`, and `Conflict` where none is under way."""
        turn_id = await self._hold(session_id, project, None)
        await self._sessions.begin(session_id, turn_id)

    async def _hold(self, session_id: str, project: str, hold: str | None) -> str:
        async with self._database.write() as connection:
            await store.find_session(connection, session_id, project, lock=True)
            last = (await store.last_turns(connection, [session_id])).get(session_id)
            if last is None or not last.active or last.row.hold == "cancelled":
                raise Conflict("No turn of this session is under way. Tell it something first.", code="no_active_turn")
            await store.set_turn(connection, last.id, hold=hold)
        self._sessions.news.tell(session_id)
        return last.id
