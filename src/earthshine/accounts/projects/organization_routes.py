"""Routes of `/earthshine/v1/organizations`, an extension for the installation's administrator alone."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy import select

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.admin_keys import admin_key_objects
from earthshine.accounts.keys.admin_keys import create as create_key
from earthshine.accounts.keys.objects import NewAdminKey
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.keys.schemas import AdminKeyCreate
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.projects.objects import Organization
from earthshine.accounts.projects.organizations import acting_for, archive, create, find, organization_object, rename
from earthshine.accounts.projects.schemas import OrganizationBody
from earthshine.accounts.tables import organizations, projects
from earthshine.database import Database
from earthshine.errors import Conflict
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import ListQuery, page
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/organizations", tags=["Organizations"])


@router.post("")
@needs("installation.manage")
@takes(OrganizationBody)
async def create_organization(request: Request) -> Reply[Organization]:
    """Make an organisation; its first key comes from `admin_api_keys` under it."""
    who = caller(request)
    body = await parse(OrganizationBody, request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await create(connection, who, body.name)
    return json_reply(organization_object(row))


@router.get("")
@needs("installation.manage")
@asks(ListQuery)
async def list_organizations(request: Request) -> Reply[Page[Organization]]:
    """List all organisations, archived ones too."""
    query = read_query(ListQuery, request)
    async with service(request, Database).read() as connection:
        rows, more = await page(connection, organizations, query)
    return json_reply(list_page([organization_object(row) for row in rows], has_more=more))


@router.get("/{organization_id}")
@needs("installation.manage")
async def retrieve_organization(organization_id: str, request: Request) -> Reply[Organization]:
    """Return one organisation."""
    async with service(request, Database).read() as connection:
        return json_reply(organization_object(await find(connection, organization_id)))


@router.post("/{organization_id}")
@needs("installation.manage")
@takes(OrganizationBody)
async def update_organization(organization_id: str, request: Request) -> Reply[Organization]:
    """Rename an organisation."""
    who = caller(request)
    body = await parse(OrganizationBody, request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await rename(connection, who, organization_id, body.name)
    return json_reply(organization_object(row))


@router.post("/{organization_id}/archive")
@needs("installation.manage")
async def archive_organization(organization_id: str, request: Request) -> Reply[Organization]:
    """Archive an organisation for good: all its keys are refused from now on, what it stored stays."""
    who = caller(request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await archive(connection, who, organization_id)
        own = select(projects.c.id).where(projects.c.organization == organization_id)
        ids = list(await connection.scalars(own))
    await service(request, Removal).close_projects(ids)
    return json_reply(organization_object(row))


@router.post("/{organization_id}/admin_api_keys")
@needs("installation.manage")
@takes(AdminKeyCreate)
async def create_organization_key(organization_id: str, request: Request) -> Reply[NewAdminKey]:
    """Make a key that administers an organisation, to be handed to its people."""
    keys, who = service(request, KeyRegistry), caller(request)
    body = await parse(AdminKeyCreate, request)
    async with keys.changing() as connection:
        if (await find(connection, organization_id)).archived_at is not None:
            raise Conflict(f"The organization '{organization_id}' is archived.")
        row, value = await create_key(connection, acting_for(who, organization_id), body)
        (made,) = await admin_key_objects(connection, keys, [row])
    return json_reply({**made, "value": value})
