"""The routes of `/v1/agents/sessions/{id}/subagents`. Source: `client.beta.agents.sessions.subagents` of the SDK."""

from __future__ import annotations

from typing import cast

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.agents.sessions.reading.objects import AgentItem, AgentTurn
from earthshine.agents.sessions.routes import items_page
from earthshine.agents.sessions.schemas import SessionListQuery
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.subagents.objects import Subagent, subagent_object
from earthshine.openapi import Routes, asks
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/agents/sessions/{agent_session_id}/subagents", tags=["Agents"])


async def _sessions(request: Request, session_id: str, subagent_id: str | None = None) -> tuple[AgentSessions, str]:
    """Return the service, and the project of a caller who reaches the session. Raises `NotFound`."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(session_id, who)
    if subagent_id is not None:
        await sessions.subagents.get(session_id, subagent_id, who.project)
    return sessions, who.project


@router.get("")
@needs("project.read")
@asks(SessionListQuery)
async def list_subagents(agent_session_id: str, request: Request) -> Reply[Page[Subagent]]:
    """List a session's subagents, closed ones too, newest first unless asked otherwise."""
    sessions, project = await _sessions(request, agent_session_id)
    query = read_query(SessionListQuery, request)
    session, rows, more = await sessions.subagents.page(agent_session_id, project, query)
    found = [subagent_object(row, session.agent["id"], closed_at=row.closed_at) for row in rows]
    return json_reply(list_page(found, has_more=more))


@router.get("/{subagent_id}")
@needs("project.read")
async def retrieve_subagent(agent_session_id: str, subagent_id: str, request: Request) -> Reply[Subagent]:
    """Return a subagent as it is now."""
    sessions, project = await _sessions(request, agent_session_id)
    session, row = await sessions.subagents.get(agent_session_id, subagent_id, project)
    return json_reply(subagent_object(row, session.agent["id"], closed_at=row.closed_at))


@router.get("/{subagent_id}/items")
@needs("project.read")
@asks(SessionListQuery)
async def list_subagent_items(agent_session_id: str, subagent_id: str, request: Request) -> Reply[Page[AgentItem]]:
    """List what was said to a subagent, and what it said and did, newest first unless asked otherwise."""
    sessions, project = await _sessions(request, agent_session_id, subagent_id)
    row, found = await sessions.turns(agent_session_id, project, subagent_id)
    return json_reply(items_page(row, found, request))


@router.get("/{subagent_id}/turns")
@needs("project.read")
@asks(SessionListQuery)
async def list_subagent_turns(agent_session_id: str, subagent_id: str, request: Request) -> Reply[Page[AgentTurn]]:
    """List a subagent's turns, newest first unless asked otherwise."""
    sessions, project = await _sessions(request, agent_session_id, subagent_id)
    query = read_query(SessionListQuery, request)
    row, found, more = await sessions.subagents.turn_page(agent_session_id, project, query, subagent_id)
    return json_reply(list_page([cast("AgentTurn", turn.told(row.agent["id"])) for turn in found], has_more=more))


@router.get("/{subagent_id}/turns/{subagent_turn_id}")
@needs("project.read")
async def retrieve_subagent_turn(
    agent_session_id: str, subagent_id: str, subagent_turn_id: str, request: Request
) -> Reply[AgentTurn]:
    """Return a turn of a subagent as it is now."""
    sessions, project = await _sessions(request, agent_session_id, subagent_id)
    row, turn = await sessions.subagents.turn(agent_session_id, subagent_turn_id, project, subagent_id)
    return json_reply(cast("AgentTurn", turn.told(row.agent["id"])))


@router.get("/{subagent_id}/turns/{subagent_turn_id}/items")
@needs("project.read")
@asks(SessionListQuery)
async def list_subagent_turn_items(
    agent_session_id: str, subagent_id: str, subagent_turn_id: str, request: Request
) -> Reply[Page[AgentItem]]:
    """List what was said and done in a turn of a subagent."""
    sessions, project = await _sessions(request, agent_session_id, subagent_id)
    row, turn = await sessions.subagents.turn(agent_session_id, subagent_turn_id, project, subagent_id)
    return json_reply(items_page(row, [turn], request))
