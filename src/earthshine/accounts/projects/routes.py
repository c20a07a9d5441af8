"""Routes of `/v1/organization/projects`.

Source: `client.admin.organization.projects` of the official SDK.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.projects.objects import Project
from earthshine.accounts.projects.projects import archive, create, find, project_object, rename
from earthshine.accounts.projects.schemas import ProjectCreate, ProjectListQuery, ProjectUpdate
from earthshine.accounts.tables import projects
from earthshine.database import Database
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization/projects", tags=["Projects"])


@router.post("")
@needs("organization.manage")
@takes(ProjectCreate)
async def create_project(request: Request) -> Reply[Project]:
    """Make a project."""
    who = caller(request)
    body = await parse(ProjectCreate, request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await create(connection, who, body.name)
    return json_reply(project_object(row))


@router.get("")
@needs("organization.read")
@asks(ProjectListQuery)
async def list_projects(request: Request) -> Reply[Page[Project]]:
    """List the organisation's projects; archived ones only when asked for."""
    who = caller(request)
    query = read_query(ProjectListQuery, request)
    where = [projects.c.organization == who.organization]
    if not query.include_archived:
        where.append(projects.c.archived_at.is_(None))
    async with service(request, Database).read() as connection:
        rows, more = await page(connection, projects, query, *where)
    return json_reply(list_page([project_object(row) for row in rows], has_more=more))


@router.get("/{project_id}")
@needs("project.read")
async def retrieve_project(project_id: str, request: Request) -> Reply[Project]:
    """Return one project."""
    who = caller(request)
    async with service(request, Database).read() as connection:
        return json_reply(project_object(await find(connection, who, project_id)))


@router.post("/{project_id}")
@needs("project.manage")
@takes(ProjectUpdate)
async def update_project(project_id: str, request: Request) -> Reply[Project]:
    """Rename a project."""
    who = caller(request)
    body = await parse(ProjectUpdate, request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await rename(connection, who, project_id, body.name)
    return json_reply(project_object(row))


@router.post("/{project_id}/archive")
@needs("organization.manage")
async def archive_project(project_id: str, request: Request) -> Reply[Project]:
    """Archive a project for good: its keys are refused and its links lead nowhere; what it stored stays."""
    who = caller(request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await archive(connection, who, project_id)
    await service(request, Removal).close_projects([project_id])
    return json_reply(project_object(row))
