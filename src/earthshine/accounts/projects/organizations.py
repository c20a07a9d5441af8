"""Organisations: many can live on one installation, and know nothing of each other."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.projects.objects import Organization
from earthshine.accounts.tables import organizations
from earthshine.database import Connection
from earthshine.errors import Conflict, NotFound
from earthshine.ids import new_id


async def create(connection: Connection, who: Caller, name: str) -> Row[Any]:
    """Make an organisation."""
    organization = new_id("org")
    values = {"id": organization, "name": name, "created_at": int(time.time())}
    await connection.execute(insert(organizations).values(values))
    await record(connection, who, "organization.created", {"id": organization, "data": {"name": name}})
    return await find(connection, organization)


async def find(connection: Connection, organization: str) -> Row[Any]:
    """Return an organisation. Raises `NotFound`."""
    row = (await connection.execute(select(organizations).where(organizations.c.id == organization))).first()
    if row is None:
        raise NotFound(f"No organization with id '{organization[:100]}' was found.", param="organization_id")
    return row


async def rename(connection: Connection, who: Caller, organization: str, name: str) -> Row[Any]:
    """Give an organisation another name. Raises `NotFound`."""
    await find(connection, organization)
    await connection.execute(update(organizations).where(organizations.c.id == organization).values(name=name))
    details = {"id": organization, "changes_requested": {"title": name, "name": name}}
    await record(connection, acting_for(who, organization), "organization.updated", details)
    return await find(connection, organization)


async def archive(connection: Connection, who: Caller, organization: str) -> Row[Any]:
    """Archive an organisation for good. Raises `NotFound`, and `Conflict` for the first one or a second time."""
    row = await find(connection, organization)
    if organization == DEFAULT:
        raise Conflict("The first organization cannot be archived, because the administrator's key belongs to it.")
    if row.archived_at is not None:
        raise Conflict(f"The organization '{organization}' is archived already.")
    values = {"archived_at": int(time.time())}
    await connection.execute(update(organizations).where(organizations.c.id == organization).values(values))
    await record(connection, who, "organization.archived", {"id": organization})
    return await find(connection, organization)


def acting_for(who: Caller, organization: str) -> Caller:
    """Return the installation's administrator as one who acts in an organisation, whose audit trail tells of it."""
    return replace(who, organization=organization)


def organization_object(row: Row[Any]) -> Organization:
    """Return an organisation, in the style of OpenAI's project."""
    return {
        "object": "organization",
        "id": row.id,
        "name": row.name,
        "created_at": row.created_at,
        "archived_at": row.archived_at,
        "status": "active" if row.archived_at is None else "archived",
    }
