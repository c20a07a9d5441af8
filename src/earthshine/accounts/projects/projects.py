"""Projects: what keys, objects, limits and bills belong to."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Row, insert, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.keys.registry import no_project
from earthshine.accounts.projects.objects import Project
from earthshine.accounts.tables import projects
from earthshine.database import Connection
from earthshine.errors import Conflict
from earthshine.ids import new_id


async def create(connection: Connection, who: Caller, name: str) -> Row[Any]:
    """Make a project in the caller's organisation."""
    project_id = new_id("proj")
    values = {"id": project_id, "organization": who.organization, "name": name, "created_at": int(time.time())}
    await connection.execute(insert(projects).values(values))
    await record(connection, who, "project.created", {"id": project_id, "data": {"name": name}}, project=project_id)
    return await find(connection, who, project_id)


async def find(connection: Connection, who: Caller, project_id: str) -> Row[Any]:
    """Return a project of the caller's organisation. Raises `NotFound`."""
    one = select(projects).where(projects.c.id == project_id, projects.c.organization == who.organization)
    row = (await connection.execute(one)).first()
    if row is None:
        raise no_project(project_id)
    return row


async def rename(connection: Connection, who: Caller, project_id: str, name: str | None) -> Row[Any]:
    """Give a project another name. Raises `NotFound`."""
    row = await find(connection, who, project_id)
    if name is None or name == row.name:
        return row
    await connection.execute(update(projects).where(projects.c.id == project_id).values(name=name))
    details = {"id": project_id, "changes_requested": {"title": name, "name": name}}
    await record(connection, who, "project.updated", details, project=project_id)
    return await find(connection, who, project_id)


async def archive(connection: Connection, who: Caller, project_id: str) -> Row[Any]:
    """Archive a project for good. Raises `NotFound`, and `Conflict` for the first one."""
    await find(connection, who, project_id)
    if project_id == DEFAULT:
        raise Conflict("The first project cannot be archived, because the administrator's key works in it.")
    values = {"archived_at": int(time.time())}
    await connection.execute(update(projects).where(projects.c.id == project_id).values(values))
    await record(connection, who, "project.archived", {"id": project_id}, project=project_id)
    return await find(connection, who, project_id)


def project_object(row: Row[Any]) -> Project:
    """Return OpenAI's object of a project."""
    return {
        "object": "organization.project",
        "id": row.id,
        "name": row.name,
        "created_at": row.created_at,
        "archived_at": row.archived_at,
        "status": "active" if row.archived_at is None else "archived",
        "external_key_id": None,
    }
