"""What webhooks, and people whose browser listens, are told of sessions: they rest, they wait, a turn has failed.

Webhooks alone are told of new sessions, and of environments.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.limits.reached import reached
from earthshine.agents.sessions import store
from earthshine.agents.sessions.state import TurnState, required_actions
from earthshine.agents.sessions.tables import sessions
from earthshine.database import Connection
from earthshine.notifications.announcer import Announcer
from earthshine.notifications.event_types import ACTION_REQUIRED, BUDGET_REACHED, CREATED, ENVIRONMENTS, FAILED, IDLE
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

    async def of_created(self, connection: Connection, session: Row[Any]) -> None:
        """Tell that a session was made."""
        owner = Owner(session.project, session.user)
        await self._announcer.announce(connection, owner, CREATED, session.id, _about(session), keep=False)

    async def of_environment(self, connection: Connection, environment: Row[Any]) -> None:
        """Tell that an environment is set up, or could not be, before it has a session; or that it has expired."""
        name = f"agent.environment.{environment.status}"
        if name in ENVIRONMENTS and (environment.session_id is None or environment.status == "expired"):
            owner = Owner(environment.project, environment.user)
            data = {"id": environment.id}
            await self._announcer.announce(connection, owner, name, environment.id, data, keep=False)

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
            data = _about(session)
            if turn.status == "failed":
                await self._announcer.announce(connection, owner, FAILED, source, data)
            if reached(session):
                await self._announcer.announce(connection, owner, BUDGET_REACHED, source, data)
            await self._announcer.announce(connection, owner, IDLE, source, data)


def _about(session: Row[Any]) -> Json:
    environment: Json = session.environment
    return {"id": session.id, "environment_type": environment["type"], "environment_id": environment.get("id")}
