"""The routes of `/earthshine/v1/agents/sessions/{id}`, for which OpenAI's API has no word."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.agents.control.control import TurnControl
from earthshine.agents.sessions.objects import AgentSession
from earthshine.agents.sessions.service import AgentSessions
from earthshine.openapi import Routes
from earthshine.services import service
from earthshine.wire import Reply, json_reply

router = Routes(prefix="/earthshine/v1/agents/sessions/{agent_session_id}", tags=["Agents"])


@router.post("/pause")
@needs("project.write")
async def pause_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Hold the turn that is under way: the step that runs is done, and none follows until `resume`, or a cancel."""
    return await _held(agent_session_id, request, pause=True)


@router.post("/resume")
@needs("project.write")
async def resume_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Let a turn that was paused go on."""
    return await _held(agent_session_id, request, pause=False)


async def _held(session_id: str, request: Request, *, pause: bool) -> Reply[AgentSession]:
    sessions, control, who = service(request, AgentSessions), service(request, TurnControl), caller(request)
    await sessions.privacy.check(session_id, who, WRITING)
    await (control.pause if pause else control.resume)(session_id, who.project)
    return json_reply(await sessions.get(session_id, who.project))
