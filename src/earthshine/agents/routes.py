"""The routes of `/v1/agents` about saved agents. Source: `client.beta.agents` of the official SDK."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.agents.objects import Agent, DeletedAgent
from earthshine.agents.schemas import AgentCreate, AgentListQuery, AgentUpdate
from earthshine.agents.store import Agents
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/agents", tags=["Agents"])


@router.post("")
@needs("project.write")
@takes(AgentCreate)
async def create_agent(request: Request) -> Reply[Agent]:
    """Save what an agent is to be."""
    body = await parse(AgentCreate, request)
    return json_reply(await service(request, Agents).create(Owner.of(caller(request)), body))


@router.get("")
@needs("project.read")
@asks(AgentListQuery)
async def list_agents(request: Request) -> Reply[Page[Agent]]:
    """List saved agents, newest first unless asked otherwise."""
    query = read_query(AgentListQuery, request)
    found, more = await service(request, Agents).list(Owner.of(caller(request)), query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{agent_id}")
@needs("project.read")
async def retrieve_agent(agent_id: str, request: Request) -> Reply[Agent]:
    """Return a saved agent."""
    agents, who = service(request, Agents), caller(request)
    await agents.privacy.check(agent_id, who)
    return json_reply(await agents.get(agent_id, who.project))


@router.post("/{agent_id}")
@needs("project.write")
@takes(AgentUpdate)
async def update_agent(agent_id: str, request: Request) -> Reply[Agent]:
    """Change a saved agent; sessions that were begun with it stay as they are."""
    agents, who = service(request, Agents), caller(request)
    body = await parse(AgentUpdate, request)
    await agents.privacy.check(agent_id, who, WRITING)
    return json_reply(await agents.update(agent_id, who.project, body))


@router.delete("/{agent_id}")
@needs("project.write")
async def delete_agent(agent_id: str, request: Request) -> Reply[DeletedAgent]:
    """Remove a saved agent."""
    agents, who = service(request, Agents), caller(request)
    await agents.privacy.check(agent_id, who, "resource.deleted")
    await agents.delete(agent_id, who.project)
    return json_reply({"id": agent_id, "object": "agent.deleted", "deleted": True})
