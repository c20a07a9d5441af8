"""The routes of `/v1/agents/sessions`. Source: `client.beta.agents.sessions` of the official SDK."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

import orjson
from fastapi import Request
from sqlalchemy import Row
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.agents.sessions.inputs import EventsCreate
from earthshine.agents.sessions.intake import Intake
from earthshine.agents.sessions.items import all_shown
from earthshine.agents.sessions.reading import objects
from earthshine.agents.sessions.reading.feed import Feed, given_items, left_items
from earthshine.agents.sessions.reading.objects import AgentItem, AgentSession, AgentTurn, DeletedAgentSession
from earthshine.agents.sessions.schemas import EventStreamQuery, SessionCreate, SessionListQuery, SessionUpdate
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.subagents.items import Sender
from earthshine.errors import InvalidRequest
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.responses.reply.events import frame
from earthshine.services import service
from earthshine.wire import EventStream, Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

Json = dict[str, Any]

router = Routes(prefix="/v1/agents/sessions", tags=["Agents"])

_HEARD = b": listening\n\n"
"""A comment, so that a client knows that it misses nothing before something happens."""
_LONGEST_KEY = 256


@router.post("")
@needs("project.write")
@takes(SessionCreate)
@gives(objects.AgentSession, streams=True)
async def create_session(request: Request) -> Response:
    """Begin a session; with `stream`, its events until its first turn has ended."""
    sessions, who = service(request, AgentSessions), caller(request)
    body = await parse(SessionCreate, request)
    row = await sessions.create(who, body)
    if body.stream:
        padded = body.stream_options is None or body.stream_options.include_obfuscation
        return EventStream(_frames(Feed(sessions, row.id, who.project).created(), padded=padded))
    return json_reply(await sessions.get(row.id, who.project))


@router.get("")
@needs("project.read")
@asks(SessionListQuery)
async def list_sessions(request: Request) -> Reply[Page[AgentSession]]:
    """List sessions, newest first unless asked otherwise."""
    query = read_query(SessionListQuery, request)
    found, more = await service(request, AgentSessions).list(Owner.of(caller(request)), query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{agent_session_id}")
@needs("project.read")
async def retrieve_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Return a session as it is now."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who)
    return json_reply(await sessions.get(agent_session_id, who.project))


@router.post("/{agent_session_id}")
@needs("project.write")
@takes(SessionUpdate)
async def update_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Change a session, or its agent from the next turn on."""
    sessions, who = service(request, AgentSessions), caller(request)
    body = await parse(SessionUpdate, request)
    await sessions.privacy.check(agent_session_id, who, WRITING)
    return json_reply(await sessions.update(agent_session_id, who.project, body))


@router.delete("/{agent_session_id}")
@needs("project.write")
async def delete_session(agent_session_id: str, request: Request) -> Reply[DeletedAgentSession]:
    """Stop a session and remove it, with its turns and its container."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who, "resource.deleted")
    await sessions.delete(agent_session_id, who.project)
    return json_reply({"id": agent_session_id, "object": "agent.session.deleted", "deleted": True})


@router.post("/{agent_session_id}/events")
@needs("project.write")
@takes(EventsCreate)
@gives(bytes, media="text/plain", accepts=True)
async def send_session_events(agent_session_id: str, request: Request) -> Response:
    """Tell a session something: words, results of calls, decisions, that it is to stop. 202: it is stored."""
    sessions, who = service(request, AgentSessions), caller(request)
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        raise InvalidRequest(f"An idempotency key has between 1 and {_LONGEST_KEY} characters.")
    body = await parse(EventsCreate, request)
    await sessions.privacy.check(agent_session_id, who, WRITING)
    await service(request, Intake).submit(who, agent_session_id, body.events, key)
    return Response(status_code=202)


@router.get("/{agent_session_id}/events")
@needs("project.read")
@asks(EventStreamQuery)
@gives(bytes, media="text/event-stream")
async def stream_session_events(agent_session_id: str, request: Request) -> Response:
    """Send what happens in a session: the turn that is under way from its beginning, and all that follows."""
    sessions, who = service(request, AgentSessions), caller(request)
    query = read_query(EventStreamQuery, request)
    await sessions.privacy.check(agent_session_id, who)
    await sessions.turns(agent_session_id, who.project)
    feed = Feed(sessions, agent_session_id, who.project)
    return EventStream(_frames(feed.live(), padded=query.include_obfuscation))


@router.get("/{agent_session_id}/items")
@needs("project.read")
@asks(SessionListQuery)
async def list_session_items(agent_session_id: str, request: Request) -> Reply[Page[AgentItem]]:
    """List what was said and done in a session, newest first unless asked otherwise."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who)
    row, found = await sessions.turns(agent_session_id, who.project)
    return json_reply(items_page(row, found, request))


@router.get("/{agent_session_id}/turns")
@needs("project.read")
@asks(SessionListQuery)
async def list_turns(agent_session_id: str, request: Request) -> Reply[Page[AgentTurn]]:
    """List a session's turns, newest first unless asked otherwise."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who)
    query = read_query(SessionListQuery, request)
    row, found, more = await sessions.subagents.turn_page(agent_session_id, who.project, query)
    return json_reply(list_page([cast("AgentTurn", turn.told(row.agent["id"])) for turn in found], has_more=more))


@router.get("/{agent_session_id}/turns/{agent_turn_id}")
@needs("project.read")
async def retrieve_turn(agent_session_id: str, agent_turn_id: str, request: Request) -> Reply[AgentTurn]:
    """Return a turn as it is now."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who)
    row, turn = await sessions.subagents.turn(agent_session_id, agent_turn_id, who.project)
    return json_reply(cast("AgentTurn", turn.told(row.agent["id"])))


@router.get("/{agent_session_id}/turns/{agent_turn_id}/items")
@needs("project.read")
@asks(SessionListQuery)
async def list_turn_items(agent_session_id: str, agent_turn_id: str, request: Request) -> Reply[Page[AgentItem]]:
    """List what was said and done in a turn, newest first unless asked otherwise."""
    sessions, who = service(request, AgentSessions), caller(request)
    await sessions.privacy.check(agent_session_id, who)
    row, turn = await sessions.subagents.turn(agent_session_id, agent_turn_id, who.project)
    return json_reply(items_page(row, [turn], request))


def items_page(row: Row[Any], turns: Sequence[TurnState], request: Request) -> Page[AgentItem]:
    """Return the page that the query asks for of the items of some turns of a session, which are oldest first."""
    query, found = read_query(SessionListQuery, request), list[AgentItem]()
    for turn in turns:
        items: list[Json] = []
        for place, step in enumerate(turn.steps):
            items += [*given_items(turn, place), *(step.response.get("output") or ())]
        items += left_items(turn)
        found += cast("list[AgentItem]", all_shown(items, turn.id, Sender(row.id, row.agent["id"])))
    ordered = list(found) if query.order == "asc" else list(reversed(found))
    start = 0
    if query.after is not None:
        start = next((place + 1 for place, each in enumerate(ordered) if each["id"] == query.after), 0)
        if not start:
            raise InvalidRequest(f"There is no {query.after[:100]!r} to list after.", param="after")
    return list_page(ordered[start : start + query.limit], has_more=start + query.limit < len(ordered))


async def _frames(batches: AsyncGenerator[Sequence[Json]], *, padded: bool) -> AsyncGenerator[bytes]:
    async with aclosing(batches):
        async for batch in batches:
            yield b"".join(frame(orjson.dumps(_padded(event) if padded else event)) for event in batch) or _HEARD


def _padded(event: Json) -> Json:
    """Add random characters to a delta, so that its length on the wire does not give its text away."""
    if not event["type"].endswith(".delta"):
        return event
    return {**event, "obfuscation": secrets.token_urlsafe(32)[: secrets.randbelow(32) + 1]}
