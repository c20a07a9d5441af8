"""Routes of what an organisation and its projects keep, and of service tiers.

Source: `client.admin.organization.data_retention`, `.projects.data_retention` and `.projects.service_tier_settings` of
the official SDK.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.projects.objects import OrganizationRetention, ProjectRetention, ServiceTiers
from earthshine.accounts.projects.projects import find
from earthshine.accounts.projects.retention import choose, chosen
from earthshine.accounts.projects.schemas import (
    OrganizationRetentionUpdate,
    ProjectRetentionUpdate,
    ServiceTiersUpdate,
)
from earthshine.database import Database
from earthshine.errors import UnsupportedParameter
from earthshine.openapi import Routes, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse

router = Routes(prefix="/v1/organization", tags=["Projects"])

_TIERS: ServiceTiers = {"object": "project.service_tier_settings", "default": "standard", "enabled_tiers": []}


@router.get("/data_retention")
@needs("organization.read")
async def get_data_retention(request: Request) -> Reply[OrganizationRetention]:
    """Return what the organisation's projects keep of what models are asked, where they do not say so themselves."""
    async with service(request, Database).read() as connection:
        kind = await chosen(connection, caller(request).organization)
    return json_reply({"object": "organization.data_retention", "type": kind})


@router.post("/data_retention")
@needs("organization.manage")
@takes(OrganizationRetentionUpdate)
async def update_data_retention(request: Request) -> Reply[OrganizationRetention]:
    """Choose what the organisation's projects keep; it holds from the next request on."""
    body = await parse(OrganizationRetentionUpdate, request)
    async with service(request, KeyRegistry).changing() as connection:
        await choose(connection, caller(request), body.retention_type)
    return json_reply({"object": "organization.data_retention", "type": body.retention_type})


@router.get("/projects/{project_id}/data_retention")
@needs("project.read")
async def get_project_data_retention(project_id: str, request: Request) -> Reply[ProjectRetention]:
    """Return what a project keeps of what models are asked."""
    who = caller(request)
    async with service(request, Database).read() as connection:
        await find(connection, who, project_id)
        kind = await chosen(connection, who.organization, project_id)
    return json_reply({"object": "project.data_retention", "type": kind})


@router.post("/projects/{project_id}/data_retention")
@needs("organization.manage")
@takes(ProjectRetentionUpdate)
async def update_project_data_retention(project_id: str, request: Request) -> Reply[ProjectRetention]:
    """Choose what a project keeps; it holds from the next request on."""
    who, body = caller(request), await parse(ProjectRetentionUpdate, request)
    async with service(request, KeyRegistry).changing() as connection:
        await find(connection, who, project_id)
        await choose(connection, who, body.retention_type, project_id)
    return json_reply({"object": "project.data_retention", "type": body.retention_type})


@router.get("/projects/{project_id}/service_tier_settings")
@needs("project.read")
async def get_service_tiers(project_id: str, request: Request) -> Reply[ServiceTiers]:
    """Return the one service tier that there is."""
    async with service(request, Database).read() as connection:
        await find(connection, caller(request), project_id)
    return json_reply(_TIERS)


@router.post("/projects/{project_id}/service_tier_settings")
@needs("organization.manage")
@takes(ServiceTiersUpdate)
async def update_service_tiers(project_id: str, request: Request) -> Reply[ServiceTiers]:
    """Confirm the one service tier that there is; others are refused by name."""
    body = await parse(ServiceTiersUpdate, request)
    if body.default not in (None, "standard"):
        raise _no_tier("default", body.default)
    if body.enabled_tiers:
        raise _no_tier("enabled_tiers", "all" if body.enabled_tiers == "all" else body.enabled_tiers[0])
    async with service(request, Database).read() as connection:
        await find(connection, caller(request), project_id)
    return json_reply(_TIERS)


def _no_tier(param: str, named: str) -> UnsupportedParameter:
    return UnsupportedParameter(
        f"There is one service tier here, 'standard', and not {named!r}: your own machines serve every request. Limit "
        "who may use how much by the project's rate limits instead.",
        param=param,
    )
