"""What webhooks, and people whose browser listens, are told of sessions: they rest, they wait, a turn has failed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.limits.reached import reached
from earthshine.agents.sessions import store
from earthshine.agents.sessions.state import TurnState, required_actions
from earthshine.agents.sessions.tables import sessions
from earthshine.database import Connection
from earthshine.notifications.announcer import Announcer
from earthshine.notifications.event_types import ACTION_REQUIRED, BUDGET_REACHED, FAILED, IDLE
from earthshine.responses.run.response_run import ResponseRun

Json = dict[str, Any]


class SessionNotices:
    """Tells what became of a session, in the transaction in which it does."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    async def of_response(self, connection: Connection, response: ResponseRun, final: Json) -> None:
        """Tell what the end of a response means for the session that it is a part of, if there is one."""
        about: Json = final.get("metadata") or {}
        if "turn_id" not in about:
            return
        turn_id: str = about["turn_id"]
        turn = await store.find_turn(connection, turn_id)
        if turn is not None and turn.steps[-1].id == response.id:
            await self._tell(connection, turn)

    async def of_failed(self, connection: Connection, turn_id: str) -> None:
        """Tell that a turn failed before its response began."""
        turn = await store.find_turn(connection, turn_id)
        if turn is not None:
            await self._tell(connection, turn)

    async def _tell(self, connection: Connection, turn: TurnState) -> None:
        """Tell that a turn waits, or one of the session's own agent has ended; nothing of a session that is gone."""
        its = select(sessions).where(sessions.c.id == turn.row.session_id)
        session = (await connection.execute(its)).one_or_none()
        if session is None:
            return
        owner, about = Owner(session.project, session.user), {"id": session.id}
        source = turn.steps[-1].id
        if actions := required_actions([turn]):
            data = {**about, "required_action": {"type": actions[0]["type"]}}
            await self._announcer.announce(connection, owner, ACTION_REQUIRED, source, data)
        elif not turn.active and turn.subagent_id is None:
            environment: Json = session.environment
            data = {**about, "environment_type": environment["type"], "environment_id": environment.get("id")}
            if turn.status == "failed":
                await self._announcer.announce(connection, owner, FAILED, source, data)
            if reached(session):
                await self._announcer.announce(connection, owner, BUDGET_REACHED, source, data)
            await self._announcer.announce(connection, owner, IDLE, source, data)
