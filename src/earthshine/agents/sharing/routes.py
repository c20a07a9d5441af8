"""The routes of links to sessions: made and revoked under one, and opened without a key."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.accounts.share_links import LONGEST, SECRET_HEADERS
from earthshine.agents.control.routes import replay_frames
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sharing.objects import DeletedSessionShare, SessionShare, SharedSession
from earthshine.agents.sharing.shares import SessionShares
from earthshine.openapi import Routes, gives, takes
from earthshine.services import service
from earthshine.wire import EventStream, Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.replies import reply_headers
from earthshine.wire.strict import Strict

router = Routes(prefix="/earthshine/v1/agents/sessions/{agent_session_id}/shares", tags=["Agents"])
open_router = Routes(prefix="/earthshine/v1/agents/shared/{agent_share_token}", tags=["Agents"])
routers = (router, open_router)


class SessionShareCreate(Strict):
    """The body of `POST /earthshine/v1/agents/sessions/{id}/shares`."""

    expires_in: Annotated[int, Field(ge=60, le=LONGEST)] | None = None
    """Seconds after which the link leads nowhere; never when left out."""
    include_reasoning: bool = False
    """Whether the model's thinking is shown too."""


@router.post("")
@needs("project.write")
@takes(SessionShareCreate)
async def create_session_share(agent_session_id: str, request: Request) -> Reply[SessionShare]:
    """Make a link that shows the turns which have ended to whoever has it; later ones stay hidden."""
    who, body = caller(request), await parse(SessionShareCreate, request)
    reply_headers(request)["cache-control"] = "no-store"
    await service(request, AgentSessions).privacy.check(agent_session_id, who, WRITING)
    made = await service(request, SessionShares).create(
        who, agent_session_id, body.expires_in, include_reasoning=body.include_reasoning
    )
    return json_reply(made)


@router.get("")
@needs("project.read")
async def list_session_shares(agent_session_id: str, request: Request) -> Reply[Page[SessionShare]]:
    """List a session's links, newest first, all of them, with their addresses."""
    who = caller(request)
    reply_headers(request)["cache-control"] = "no-store"
    await service(request, AgentSessions).privacy.check(agent_session_id, who)
    found = await service(request, SessionShares).list(who, agent_session_id)
    return json_reply(list_page(found, has_more=False))


@router.delete("/{agent_share_id}")
@needs("project.write")
async def revoke_session_share(
    agent_session_id: str, agent_share_id: str, request: Request
) -> Reply[DeletedSessionShare]:
    """Let a link lead nowhere from now on."""
    who = caller(request)
    await service(request, AgentSessions).privacy.check(agent_session_id, who, "resource.deleted")
    await service(request, SessionShares).revoke(who, agent_session_id, agent_share_id)
    return json_reply({"id": agent_share_id, "object": "agent.session.share.deleted", "deleted": True})


@open_router.get("")
@needs("open")
async def open_session_share(agent_share_token: str, request: Request) -> Reply[SharedSession]:
    """Show what a link leads to. No key is asked for: the link is the right to see it."""
    reply_headers(request).update(SECRET_HEADERS)
    return json_reply(await service(request, SessionShares).open(agent_share_token, _address(request)))


@open_router.get("/replay")
@needs("open")
@gives(bytes, media="text/event-stream")
async def replay_session_share(agent_share_token: str, request: Request) -> Response:
    """Send what happened, with its times, as the replay of a session does."""
    reply_headers(request).update(SECRET_HEADERS)
    found = await service(request, SessionShares).replay(agent_share_token, _address(request))
    return EventStream(replay_frames(found))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
