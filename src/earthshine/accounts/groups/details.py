"""What the wire says of groups: their names, how many people are in them, and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from earthshine.accounts.groups.objects import GivenRole, Group
from earthshine.accounts.groups.tables import group_roles, group_users
from earthshine.accounts.people.tables import roles
from earthshine.accounts.roles.custom_roles import predefined, role_wire
from earthshine.accounts.tables import projects
from earthshine.database import Connection


async def group_objects(connection: Connection, rows: Sequence[Row[Any]]) -> list[Group]:
    """Return OpenAI's object of each group, with what its API does not tell."""
    ids = [row.id for row in rows]
    counted = (
        select(group_users.c.group, func.count()).where(group_users.c.group.in_(ids)).group_by(group_users.c.group)
    )
    people = {row[0]: row[1] for row in await connection.execute(counted)}
    given = await _roles(connection, ids)
    return [
        {
            "object": "group",
            "id": row.id,
            "name": row.name,
            "created_at": row.created_at,
            "group_type": "group",
            "is_scim_managed": False,
            "earthshine": {"users": people.get(row.id, 0), "roles": given.get(row.id, [])},
        }
        for row in rows
    ]


async def _roles(connection: Connection, groups: Sequence[str]) -> dict[str, list[GivenRole]]:
    alive = select(projects.c.id).where(projects.c.archived_at.is_(None))
    chosen = (
        select(group_roles.c.group, group_roles.c.project.label("place"), group_roles.c.role, roles)
        .outerjoin(roles, roles.c.id == group_roles.c.role)
        .where(group_roles.c.group.in_(groups), (group_roles.c.project == "") | group_roles.c.project.in_(alive))
        .order_by(group_roles.c.created_at, group_roles.c.project, group_roles.c.role)
    )
    found: dict[str, list[GivenRole]] = {}
    for row in await connection.execute(chosen):
        role = role_wire(row) if row.id else predefined(row.place)[row.role]
        given = GivenRole(
            id=role["id"],
            name=role["name"],
            predefined_role=role["predefined_role"],
            permissions=list(role["permissions"]),
            project_id=row.place or None,
        )
        found.setdefault(row.group, []).append(given)
    return found
