"""Rules on what tools may do, as administrators and managers of projects keep them: an extension.

And what of them OpenAI's API has: `client.admin.organization.projects.hosted_tool_permissions` of the official SDK.
"""

from __future__ import annotations

from fastapi import Request
from sqlalchemy import select

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.tables import projects
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.openapi import Routes, takes
from earthshine.services import service
from earthshine.tools import registry
from earthshine.tools.approvals import REACHES, Reach, Touches
from earthshine.tools.listed import ListedTool
from earthshine.tools.rules.hosted import hosted_tools, switch
from earthshine.tools.rules.objects import HostedToolPermissions, ToolRuleList, ToolRulesVerdict
from earthshine.tools.rules.schemas import HostedToolsUpdate, ToolRulesTrial, ToolRulesUpdate
from earthshine.tools.rules.store import ToolRules, inherited
from earthshine.wire import Reply, json_reply, parse

router = Routes(prefix="/earthshine/v1", tags=["Tools"])
openai = Routes(prefix="/v1/organization/projects/{project_id}/hosted_tool_permissions", tags=["Tools"])


@router.get("/tool_rules")
@needs("organization.read")
async def get_tool_rules(request: Request) -> Reply[ToolRuleList]:
    """Return the organisation's rules on what tools may do, after the operator's."""
    return json_reply(await _organization(request))


@router.put("/tool_rules")
@needs("organization.manage")
@takes(ToolRulesUpdate)
async def set_tool_rules(request: Request) -> Reply[ToolRuleList]:
    """Set the organisation's rules, in their order."""
    await service(request, ToolRules).write(caller(request), "", await parse(ToolRulesUpdate, request))
    return json_reply(await _organization(request))


@router.get("/projects/{project_id}/tool_rules")
@needs("project.read")
async def get_project_tool_rules(project_id: str, request: Request) -> Reply[ToolRuleList]:
    """Return a project's own rules, and those above that are about it."""
    who = caller(request)
    return json_reply(await service(request, ToolRules).read(who.organization, project_id, [project_id]))


@router.put("/projects/{project_id}/tool_rules")
@needs("project.manage")
@takes(ToolRulesUpdate)
async def set_project_tool_rules(project_id: str, request: Request) -> Reply[ToolRuleList]:
    """Set a project's own rules, in their order. They can only be stricter than those above."""
    who, body = caller(request), await parse(ToolRulesUpdate, request)
    body.check_of_project()
    await service(request, ToolRules).write(who, project_id, body)
    return json_reply(await service(request, ToolRules).read(who.organization, project_id, [project_id]))


@router.post("/projects/{project_id}/tool_rules/trial")
@needs("project.read")
@takes(ToolRulesTrial)
async def try_tool_rules(project_id: str, request: Request) -> Reply[ToolRulesVerdict]:
    """Say what would become of a tool's call in a project, and which rule decides. Nothing is called."""
    body = await parse(ToolRulesTrial, request)
    reaches = usual_reaches(body.tool) if body.touches is None else frozenset(body.touches)
    touches = Touches(reaches, body.host.lower())
    found = service(request, ToolRules).verdict(
        caller(request).organization, project_id, body.tool, touches, untrusted=body.after_untrusted
    )
    return json_reply(
        {
            "object": "tool_rules.verdict",
            "decision": found.decision,
            "touches": sorted(reaches),
            "rule": inherited(found.rule, found.origin) if found.rule is not None else None,
        }
    )


@openai.get("")
@needs("project.read")
async def get_hosted_tool_permissions(project_id: str, request: Request) -> Reply[HostedToolPermissions]:
    """Return which tools a project may use."""
    return json_reply(hosted_tools(service(request, ToolRules), caller(request).organization, project_id))


@openai.post("")
@needs("project.manage")
@takes(HostedToolsUpdate)
async def update_hosted_tool_permissions(project_id: str, request: Request) -> Reply[HostedToolPermissions]:
    """Switch tools on and off for a project: each that is off is a rule that refuses it."""
    rules, who = service(request, ToolRules), caller(request)
    await switch(rules, who, project_id, await parse(HostedToolsUpdate, request))
    return json_reply(hosted_tools(rules, who.organization, project_id))


def usual_reaches(type_: str) -> frozenset[Reach]:
    """Return what a call of a tool may touch when nothing more is said of it; where that is open, everything."""
    try:
        tool = registry.find(type_)
        if tool is None or isinstance(tool, ListedTool):  # what the functions of a list do, the list says
            return REACHES
        settings = tool.settings.model_validate(tool.switch) if tool.switch else tool.settings.model_construct()
        return tool.touches(settings).reaches
    except (EarthshineError, AttributeError):
        return REACHES  # a package is missing, or what it touches depends on what a request must say


async def _organization(request: Request) -> ToolRuleList:
    organization = caller(request).organization
    ids = select(projects.c.id).where(projects.c.organization == organization)
    async with service(request, Database).read() as connection:
        about = (await connection.execute(ids)).scalars().all()
    return await service(request, ToolRules).read(organization, "", about)
