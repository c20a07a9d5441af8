"""What a session may use and has used: `/earthshine/v1/agents/sessions/{id}/limits`."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request
from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.agents.limits.reached import reached
from earthshine.agents.limits.usage import used_by
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.store import find_session
from earthshine.database import Database
from earthshine.openapi import Routes
from earthshine.services import service
from earthshine.wire import Reply, json_reply

router = Routes(prefix="/earthshine/v1/agents/sessions", tags=["Agents"])


class KindOfLimit(TypedDict):
    """One kind of limit."""

    limit: int | None
    used: float
    left: float | None


class SessionLimitsState(TypedDict):
    """What all turns of a session may use together, and have used."""

    object: Literal["agent.session.limits"]
    session_id: str
    tokens: KindOfLimit
    seconds: KindOfLimit
    steps: KindOfLimit
    cents: KindOfLimit
    reached: list[str]


@router.get("/{agent_session_id}/limits")
@needs("project.read")
async def retrieve_session_limits(agent_session_id: str, request: Request) -> Reply[SessionLimitsState]:
    """Return what a session may use, has used and has left, of each kind."""
    who = caller(request)
    await service(request, AgentSessions).privacy.check(agent_session_id, who)
    async with service(request, Database).read() as connection:
        row = await find_session(connection, agent_session_id, who.project)
        used = (await used_by(connection, agent_session_id)).dump()
    limits: dict[str, Any] = row.limits or {}

    def kind(name: str) -> KindOfLimit:
        limit = limits.get(name)
        left = None if limit is None else max(0, round(limit - used[name], 6))
        return {"limit": limit, "used": used[name], "left": left}

    return json_reply(
        {
            "object": "agent.session.limits",
            "session_id": agent_session_id,
            "tokens": kind("tokens"),
            "seconds": kind("seconds"),
            "steps": kind("steps"),
            "cents": kind("cents"),
            "reached": reached(row),
        }
    )
