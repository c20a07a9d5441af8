"""The routes about the plan of a session. An extension."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.agents.program.plan.plans import AgentPlan, PlanEdit, Plans
from earthshine.agents.sessions.service import AgentSessions
from earthshine.openapi import Routes, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse

router = Routes(prefix="/earthshine/v1/agents/sessions/{agent_session_id}/plan", tags=["Agents"])


@router.get("")
@needs("project.read")
async def get_plan(agent_session_id: str, request: Request) -> Reply[AgentPlan]:
    """Return what the last turn of a session does, line by line."""
    who = caller(request)
    await service(request, AgentSessions).privacy.check(agent_session_id, who)
    return json_reply(await service(request, Plans).get(agent_session_id, who.project))


@router.post("")
@needs("project.write")
@takes(PlanEdit)
async def edit_plan(agent_session_id: str, request: Request) -> Reply[AgentPlan]:
    """Replace what the last turn has still to do, from its next step on."""
    who = caller(request)
    body = await parse(PlanEdit, request)
    await service(request, AgentSessions).privacy.check(agent_session_id, who, WRITING)
    return json_reply(await service(request, Plans).edit(agent_session_id, who.project, body))
