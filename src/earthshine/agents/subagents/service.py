"""The subagents of sessions, for whoever may read those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from earthshine.agents.sessions import store as turn_store
from earthshine.agents.sessions.reading.objects import AgentSession, session_object
from earthshine.agents.sessions.schemas import SessionListQuery
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.sessions.tables import turns
from earthshine.agents.subagents import store
from earthshine.agents.subagents.tables import subagents
from earthshine.database import Database
from earthshine.errors import NotFound
from earthshine.wire.pagination import page


class Subagents:
    """Finds subagents and what they did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def with_turns(self, row: Row[Any], last: TurnState | None) -> AgentSession:
        """Return a session as replies show it; `last` is its last turn."""
        async with self._database.read() as connection:
            others = await turn_store.subagents_turns(connection, [row])
        return session_object(row, last, others[row.id])

    async def page(
        self, session_id: str, project: str, query: SessionListQuery
    ) -> tuple[Row[Any], Sequence[Row[Any]], bool]:
        """Return a session's row, some of its subagents, and whether there are more. Raises `NotFound`."""
        async with self._database.read() as connection:
            session = await turn_store.find_session(connection, session_id, project)
            rows, more = await page(connection, subagents, query, subagents.c.session_id == session_id)
        return session, rows, more

    async def get(self, session_id: str, subagent_id: str, project: str) -> tuple[Row[Any], Row[Any]]:
        """Return the rows of a session and of a subagent of it. Raises `NotFound`."""
        async with self._database.read() as connection:
            session = await turn_store.find_session(connection, session_id, project)
            return session, await store.find(connection, session_id, subagent_id)

    async def turn_page(
        self, session_id: str, project: str, query: SessionListQuery, subagent_id: str | None = None
    ) -> tuple[Row[Any], Sequence[TurnState], bool]:
        """Return a session's row, some turns of its agent or of a subagent, and whether there are more.

        Raises `NotFound`.
        """
        async with self._database.read() as connection:
            row = await turn_store.find_session(connection, session_id, project)
            mine = (turns.c.session_id == session_id, turn_store.of_agent(subagent_id))
            rows, more = await page(connection, turns, query, *mine)
            return row, await turn_store.load_turns(connection, rows), more

    async def turn_ids(self, session_id: str, project: str) -> tuple[Row[Any], list[str]]:
        """Return a session's row and the ids of all turns, its agent's and its subagents'. Raises `NotFound`."""
        async with self._database.read() as connection:
            session = await turn_store.find_session(connection, session_id, project)
            return session, await turn_store.turn_ids(connection, session_id, every=True)

    async def turn(
        self, session_id: str, turn_id: str, project: str, subagent_id: str | None = None
    ) -> tuple[Row[Any], TurnState]:
        """Return a session's row and a turn of a subagent, or of its own agent. Raises `NotFound`."""
        async with self._database.read() as connection:
            session = await turn_store.find_session(connection, session_id, project)
            found = await turn_store.find_turn(connection, turn_id)
        if found is None or found.row.session_id != session_id or found.subagent_id != subagent_id:
            raise NotFound(f"No turn with id {turn_id[:100]!r} was found of this agent.", param="turn_id")
        return session, found

    async def turns(self, session_id: str, project: str) -> tuple[Row[Any], Sequence[TurnState]]:
        """Return a session's row, and the turns of all its subagents, oldest first. Raises `NotFound`."""
        async with self._database.read() as connection:
            session = await turn_store.find_session(connection, session_id, project)
            return session, (await turn_store.subagents_turns(connection, [session]))[session_id]
