"""The routes of `/v1/agents/environments/templates`. Source: `client.beta.agents.environments.templates`."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.agents.environments.objects import DeletedTemplate, EnvironmentTemplate
from earthshine.agents.environments.schemas import TemplateCreate, TemplateListQuery, TemplateUpdate
from earthshine.agents.environments.templates import Templates
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/agents/environments/templates", tags=["Agents"])


@router.post("")
@needs("project.write")
@takes(TemplateCreate)
async def create_environment_template(request: Request) -> Reply[EnvironmentTemplate]:
    """Keep what environments are to be made from."""
    body = await parse(TemplateCreate, request)
    return json_reply(await service(request, Templates).create(Owner.of(caller(request)), body))


@router.get("")
@needs("project.read")
@asks(TemplateListQuery)
async def list_environment_templates(request: Request) -> Reply[Page[EnvironmentTemplate]]:
    """List templates, newest first unless asked otherwise."""
    query = read_query(TemplateListQuery, request)
    found, more = await service(request, Templates).list(Owner.of(caller(request)), query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{template_id}")
@needs("project.read")
async def retrieve_environment_template(template_id: str, request: Request) -> Reply[EnvironmentTemplate]:
    """Return a template, without what is confidential in it."""
    templates, who = service(request, Templates), caller(request)
    await templates.privacy.check(template_id, who)
    return json_reply(await templates.get(template_id, who.project))


@router.post("/{template_id}")
@needs("project.write")
@takes(TemplateUpdate)
async def update_environment_template(template_id: str, request: Request) -> Reply[EnvironmentTemplate]:
    """Change a template; environments that were made from it stay as they are."""
    templates, who = service(request, Templates), caller(request)
    body = await parse(TemplateUpdate, request)
    await templates.privacy.check(template_id, who, WRITING)
    return json_reply(await templates.update(template_id, who.project, body))


@router.delete("/{template_id}")
@needs("project.write")
async def delete_environment_template(template_id: str, request: Request) -> Reply[DeletedTemplate]:
    """Remove a template."""
    templates, who = service(request, Templates), caller(request)
    await templates.privacy.check(template_id, who, "resource.deleted")
    await templates.delete(template_id, who.project)
    return json_reply({"id": template_id, "object": "agent.environment.template.deleted", "deleted": True})
