"""The route of `/v1/agents/sessions/{id}/traces`. Source: `sessions.traces` of the official SDK."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from fastapi import Request
from sqlalchemy import select
from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.agents.sessions.schemas import SessionListQuery
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.traces.otlp import export
from earthshine.database import Database
from earthshine.database.dialects import among
from earthshine.errors import InvalidRequest
from earthshine.openapi import Routes, asks
from earthshine.runs.tables import run_steps
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page, Seconds
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/agents/sessions/{agent_session_id}/traces", tags=["Agents"])

_MOST_BYTES = 16 * 2**20
_COLUMNS = (
    *(run_steps.c.run_id, run_steps.c.number, run_steps.c.name, run_steps.c.state, run_steps.c.details),
    *(run_steps.c.error, run_steps.c.usage, run_steps.c.begun_ms, run_steps.c.ended_ms),
)


class SessionTrace(TypedDict):
    """What happened in a turn, as OTLP JSON."""

    id: str
    object: Literal["agent.session.trace"]
    created_at: Seconds
    session_id: str
    otlp: dict[str, Any]


@router.get("")
@needs("project.read")
@asks(SessionListQuery)
async def list_traces(agent_session_id: str, request: Request) -> Reply[Page[SessionTrace]]:
    """List the traces of the turns that have ended, newest first unless asked otherwise."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who)
    query = read_query(SessionListQuery, request)
    session, turns, more = await sessions.subagents.turn_page(agent_session_id, who.project, query)
    ended = [turn for turn in turns if not turn.active]
    ids = [step.id for turn in ended for step in turn.steps]
    steps: dict[str, list[Any]] = {}
    async with service(request, Database).read() as connection:
        chosen = select(*_COLUMNS).where(among(connection, run_steps.c.run_id, ids))
        for row in await connection.execute(chosen.order_by(run_steps.c.run_id, run_steps.c.number)):
            steps.setdefault(row.run_id, []).append(row)
    made: list[SessionTrace] = [
        {
            "id": turn.id,
            "object": "agent.session.trace",
            "created_at": turn.row.created_ms // 1000,
            "session_id": agent_session_id,
            "otlp": export(session, turn, steps),
        }
        for turn in ended
    ]
    if len(orjson.dumps(made)) > _MOST_BYTES:
        raise InvalidRequest("These traces are more than 16 MiB together. Ask for fewer at a time.", param="limit")
    return json_reply(list_page(made, has_more=more))
