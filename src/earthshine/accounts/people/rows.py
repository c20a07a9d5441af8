"""Rows of people, and what the wire says of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.groups.tables import group_roles, group_users
from earthshine.accounts.people.names import email_key
from earthshine.accounts.people.objects import OrganizationUser, UserProject
from earthshine.accounts.people.tables import members, roles, users
from earthshine.accounts.tables import keys, projects
from earthshine.database import Connection
from earthshine.errors import Conflict, NotFound
from earthshine.ids import new_id


async def find(connection: Connection, organization: str, user: str) -> Row[Any]:
    """Return a person's row. Raises `NotFound`."""
    chosen = select(users).where(users.c.id == user, users.c.organization == organization)
    row = (await connection.execute(chosen)).first()
    if row is None:
        raise NotFound(f"No user with id {user[:100]!r} was found.", param="user_id")
    return row


async def anybody(connection: Connection) -> bool:
    """Return whether somebody can sign in: a person with a password, or one whom an identity provider knows."""
    reachable = select(users.c.id).where(users.c.password.is_not(None) | users.c.subject.is_not(None)).limit(1)
    return (await connection.execute(reachable)).first() is not None


async def add_person(
    connection: Connection,
    organization: str,
    *,
    email: str,
    name: str,
    role: str,
    password: str | None = None,
    subject: str | None = None,
) -> str:
    """Store a person and return the id. Raises `Conflict` when the address is taken."""
    user = new_id("user")
    values = {
        "id": user,
        "organization": organization,
        "email": email,
        "email_key": email_key(email),
        "name": name,
        "role": role,
        "password": password,
        "subject": subject,
        "created_at": int(time.time()),
    }
    try:
        await connection.execute(insert(users).values(values))
    except IntegrityError:
        raise Conflict(
            f"Somebody in this organization has the address {email!r} already. Change that person instead.",
            param="email",
            code="email_taken",
        ) from None
    return user


async def describe(connection: Connection, row: Row[Any]) -> OrganizationUser:
    """Return OpenAI's `organization.user` of a row, with the projects."""
    return (await organization_users(connection, [row]))[0]


async def organization_users(connection: Connection, rows: Sequence[Row[Any]]) -> list[OrganizationUser]:
    """Return OpenAI's `organization.user` of each row, with the projects."""
    ids = [row.id for row in rows]
    places = (
        select(members.c.user, members.c.role, projects.c.id, projects.c.name)
        .join(projects, projects.c.id == members.c.project)
        .where(members.c.user.in_(ids))
        .order_by(members.c.added_at, projects.c.id)
    )
    in_projects: dict[str, list[UserProject]] = {}
    for place in await connection.execute(places):
        found = UserProject(id=place.id, name=place.name, role=place.role)
        in_projects.setdefault(place.user, []).append(found)
    through_groups = (
        select(group_users.c.user, group_roles.c.role, roles.c.name.label("custom"), projects.c.id, projects.c.name)
        .join(group_roles, group_roles.c.group == group_users.c.group)
        .join(projects, projects.c.id == group_roles.c.project)
        .outerjoin(roles, roles.c.id == group_roles.c.role)
        .where(group_users.c.user.in_(ids))
        .order_by(group_roles.c.created_at, projects.c.id)
    )
    for place in await connection.execute(through_groups):
        there = in_projects.setdefault(place.user, [])
        if all(each["id"] != place.id for each in there):
            role = place.custom or place.role.removeprefix("role_project_")
            there.append(UserProject(id=place.id, name=place.name, role=role))
    used = select(keys.c.owner, func.max(keys.c.last_used_at)).where(keys.c.owner.in_(ids)).group_by(keys.c.owner)
    last_used = {row[0]: row[1] for row in await connection.execute(used)}
    return [organization_user(row, in_projects.get(row.id, []), last_used.get(row.id)) for row in rows]


def organization_user(
    row: Row[Any], in_projects: list[UserProject] | None = None, last_used: int | None = None
) -> OrganizationUser:
    """Return OpenAI's `organization.user`; `projects` are left out when they are not known."""
    found: OrganizationUser = {
        "object": "organization.user",
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "role": "reader" if row.role == "viewer" else row.role,
        "added_at": row.created_at,
        "created": row.created_at,
        "api_key_last_used_at": last_used,
        "is_default": False,
        "is_service_account": False,
        "is_scim_managed": False,
        "user": {"object": "user", "id": row.id, "email": row.email, "name": row.name, "enabled": True},
    }
    return found if in_projects is None else {**found, "projects": {"object": "list", "data": in_projects}}
