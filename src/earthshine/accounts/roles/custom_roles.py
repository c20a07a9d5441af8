"""Custom roles: named sets of permissions, in the organisation or in one project, beside the four that always exist."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.authorization.permissions import GRANTABLE, ORGANIZATION_ROLES, PROJECT_ROLES, Permission
from earthshine.accounts.changes import Changes
from earthshine.accounts.groups.tables import group_roles
from earthshine.accounts.people.members import find_project, open_project
from earthshine.accounts.people.tables import roles
from earthshine.accounts.roles.objects import Role, RoleList
from earthshine.accounts.roles.schemas import RoleCreate, RolesQuery, RoleUpdate
from earthshine.database import Connection
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.ids import new_id

ORDER = ("owner", "admin", "member", "viewer")

_OF_PROJECTS: frozenset[Permission] = frozenset(each for each in GRANTABLE if each.startswith("project."))


class Roles:
    """The roles of all organisations and projects. An empty project means the organisation as a whole."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def create(self, caller: Caller, project: str, body: RoleCreate) -> Role:
        """Make a role. Raises `Conflict` when the name is taken, and 4xx for permissions that it cannot have."""
        granted = _permissions(caller, project, body.permissions)
        _check_name(body.role_name)
        now = int(time.time())
        values = {
            "id": new_id("role"),
            "organization": caller.organization,
            "project": project,
            "name": body.role_name,
            "description": body.description,
            "permissions": granted,
            "created_by": caller.user or caller.key_id,
            "created_at": now,
            "updated_at": now,
        }
        async with self._changes.write() as connection:
            if project:
                await open_project(connection, caller.organization, project)
            await _store(connection, insert(roles).values(values), body.role_name)
            details = {"id": values["id"], "role_name": body.role_name, "permissions": granted}
            await trail.record(connection, caller, "role.created", details, project=project)
            return role_wire(await _find(connection, caller, project, str(values["id"])))

    async def get(self, caller: Caller, project: str, role: str) -> Role:
        """Return one role, also one that always exists. Raises `NotFound`."""
        async with self._changes.read() as connection:
            if project:
                await find_project(connection, caller.organization, project)
            return await find_role(connection, caller, project, role)

    async def page(self, caller: Caller, project: str, query: RolesQuery) -> RoleList:
        """Return some roles: the ones that always exist, then the others."""
        chosen = select(roles).where(roles.c.organization == caller.organization, roles.c.project == project)
        async with self._changes.read() as connection:
            if project:
                await find_project(connection, caller.organization, project)
            rows = (await connection.execute(chosen.order_by(roles.c.id))).all()
        return slice_of([*predefined(project).values(), *(role_wire(row) for row in rows)], query)

    async def update(self, caller: Caller, project: str, role: str, body: RoleUpdate) -> Role:
        """Change a role; who has it, has what it then says. Raises `NotFound`, and `Conflict` for a name in use."""
        values: dict[str, Any] = {}
        if "description" in body.model_fields_set:
            values["description"] = body.description
        if body.role_name is not None:
            _check_name(body.role_name)
            values["name"] = body.role_name
        if body.permissions is not None:
            values["permissions"] = _permissions(caller, project, body.permissions)
        async with self._changes.write() as connection:
            if project:
                await open_project(connection, caller.organization, project)
            row = await _find(connection, caller, project, role)
            changed = update(roles).where(roles.c.id == row.id).values(**values, updated_at=int(time.time()))
            await _store(connection, changed, body.role_name or row.name)
            details = {"id": role, "changes_requested": body.model_dump(exclude_unset=True)}
            await trail.record(connection, caller, "role.updated", details, project=project)
            return role_wire(await _find(connection, caller, project, role))

    async def remove(self, caller: Caller, project: str, role: str) -> None:
        """Remove a role; who had it, has it no longer. Raises `NotFound`."""
        async with self._changes.write() as connection:
            if project:
                await open_project(connection, caller.organization, project)
            row = await _find(connection, caller, project, role)
            await connection.execute(delete(roles).where(roles.c.id == row.id))
            await connection.execute(delete(group_roles).where(group_roles.c.role == row.id))
            await trail.record(connection, caller, "role.deleted", {"id": role, "role_name": row.name}, project=project)


def predefined(project: str) -> dict[str, Role]:
    """Return the roles that always exist in the organisation, or in each project, by id."""
    kind, sets = ("api.project", PROJECT_ROLES) if project else ("api.organization", ORGANIZATION_ROLES)
    return {
        predefined_id(name, project): {
            "object": "role",
            "id": predefined_id(name, project),
            "name": name,
            "description": None,
            "permissions": sorted(sets[name]),
            "predefined_role": True,
            "resource_type": kind,
        }
        for name in ORDER
    }


def predefined_id(name: str, project: str) -> str:
    """Return the id of a role that always exists."""
    return f"role_{'project' if project else 'organization'}_{name}"


async def find_role(connection: Connection, caller: Caller, project: str, role: str) -> Role:
    """Return a role as the wire has it, predefined ones too. Raises `NotFound`."""
    return predefined(project).get(role) or role_wire(await _find(connection, caller, project, role))


def role_wire(row: Row[Any]) -> Role:
    """Return OpenAI's `role` of a row."""
    return {
        "object": "role",
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "permissions": row.permissions,
        "predefined_role": False,
        "resource_type": "api.project" if row.project else "api.organization",
        "created_at": row.created_at,
        "created_by": row.created_by,
        "updated_at": row.updated_at,
    }


def slice_of(everything: Sequence[Role], query: RolesQuery) -> RoleList:
    """Return one page of objects with ids. Raises `InvalidRequest` for a cursor that is none of them."""
    ordered = list(everything if query.order == "asc" else reversed(everything))
    start = 0
    if query.after is not None:
        ids = [each["id"] for each in ordered]
        if query.after not in ids:
            raise InvalidRequest(f"No role with id {query.after[:100]!r} is in this list.", param="after")
        start = ids.index(query.after) + 1
    data = ordered[start : start + query.limit]
    more = start + query.limit < len(ordered)
    return {"object": "list", "data": data, "has_more": more, "next": data[-1]["id"] if more else None}


async def _find(connection: Connection, caller: Caller, project: str, role: str) -> Row[Any]:
    chosen = select(roles).where(
        roles.c.id == role, roles.c.organization == caller.organization, roles.c.project == project
    )
    row = (await connection.execute(chosen)).first()
    if row is not None:
        return row
    if role in predefined(project):
        raise Conflict(f"The role {role!r} always exists, and cannot be changed or removed.")
    raise NotFound(f"No role with id {role[:100]!r} was found.", param="role_id")


async def _store(connection: Connection, statement: Any, name: str) -> None:
    try:
        await connection.execute(statement)
    except IntegrityError:
        raise Conflict(f"There is a role {name!r} already. Take another name.", param="role_name") from None


def _check_name(name: str) -> None:
    if not name or name.casefold() in (*ORDER, "reader", "none"):
        raise InvalidRequest(f"A role cannot be called {name!r}. Take another name.", param="role_name")


def _permissions(caller: Caller, project: str, wanted: Sequence[Permission]) -> list[Permission]:
    possible = _OF_PROJECTS if project else GRANTABLE
    for index, permission in enumerate(wanted):
        if permission not in possible:
            raise InvalidRequest(
                f"A role {'of a project ' if project else ''}cannot have the permission {permission!r}, only "
                f"{', '.join(sorted(possible))}.",
                param=f"permissions[{index}]",
            )
    check_grant(caller, frozenset(wanted))
    return sorted(set(wanted))
