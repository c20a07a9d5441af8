"""The routes of `/v1/agents/automations`. Source: `client.beta.agents.automations` of the official SDK."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import READING, WRITING, Owner
from earthshine.agents.automations.automations import Automations
from earthshine.agents.automations.objects import Automation, DeletedAutomation, Invocation
from earthshine.agents.automations.schemas import (
    AutomationCreate,
    AutomationListQuery,
    AutomationUpdate,
    InvocationListQuery,
)
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/agents/automations", tags=["Agents"])


@router.post("")
@needs("project.write")
@takes(AutomationCreate)
async def create_automation(request: Request) -> Reply[Automation]:
    """Save an automation; it does not fire before its time."""
    body = await parse(AutomationCreate, request)
    return json_reply(await service(request, Automations).create(caller(request), body))


@router.get("")
@needs("project.read")
@asks(AutomationListQuery)
async def list_automations(request: Request) -> Reply[Page[Automation]]:
    """List automations, newest first unless asked otherwise."""
    query = read_query(AutomationListQuery, request)
    found, more = await service(request, Automations).list(Owner.of(caller(request)), query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{automation_id}")
@needs("project.read")
async def retrieve_automation(automation_id: str, request: Request) -> Reply[Automation]:
    """Return an automation."""
    automations, who = await _checked(automation_id, request)
    return json_reply(await automations.get(automation_id, who.project))


@router.post("/{automation_id}")
@needs("project.write")
@takes(AutomationUpdate)
async def update_automation(automation_id: str, request: Request) -> Reply[Automation]:
    """Change what is given; the target and the metadata as a whole."""
    body = await parse(AutomationUpdate, request)
    automations, who = await _checked(automation_id, request, WRITING)
    return json_reply(await automations.update(automation_id, who, body))


@router.delete("/{automation_id}")
@needs("project.write")
async def delete_automation(automation_id: str, request: Request) -> Reply[DeletedAutomation]:
    """Remove an automation with its invocations; sessions that it began stay."""
    automations, who = await _checked(automation_id, request, "resource.deleted")
    await automations.delete(automation_id, who.project)
    return json_reply({"id": automation_id, "object": "agent.automation.deleted", "deleted": True})


@router.post("/{automation_id}/pause")
@needs("project.write")
async def pause_automation(automation_id: str, request: Request) -> Reply[Automation]:
    """Let it not fire until it is resumed; a session that it began goes on."""
    automations, who = await _checked(automation_id, request, WRITING)
    return json_reply(await automations.pause(automation_id, who.project))


@router.post("/{automation_id}/resume")
@needs("project.write")
async def resume_automation(automation_id: str, request: Request) -> Reply[Automation]:
    """Let it fire again, from its next occurrence on."""
    automations, who = await _checked(automation_id, request, WRITING)
    return json_reply(await automations.resume(automation_id, who.project))


@router.post("/{automation_id}/invocations")
@needs("project.write")
async def create_invocation(automation_id: str, request: Request) -> Reply[Invocation]:
    """Deliver it now, whatever its schedule says, which stays as it is."""
    automations, who = await _checked(automation_id, request, WRITING)
    return json_reply(await automations.invoke(automation_id, who.project))


@router.get("/{automation_id}/invocations")
@needs("project.read")
@asks(InvocationListQuery)
async def list_invocations(automation_id: str, request: Request) -> Reply[Page[Invocation]]:
    """List the deliveries of an automation, newest first unless asked otherwise."""
    query = read_query(InvocationListQuery, request)
    automations, who = await _checked(automation_id, request)
    found, more = await automations.invocations(automation_id, who.project, query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{automation_id}/invocations/{invocation_id}")
@needs("project.read")
async def retrieve_invocation(automation_id: str, invocation_id: str, request: Request) -> Reply[Invocation]:
    """Return a delivery of an automation."""
    automations, who = await _checked(automation_id, request)
    return json_reply(await automations.invocation(automation_id, invocation_id, who.project))


async def _checked(automation_id: str, request: Request, act: str = READING) -> tuple[Automations, Caller]:
    automations, who = service(request, Automations), caller(request)
    await automations.privacy.check(automation_id, who, act)
    return automations, who
