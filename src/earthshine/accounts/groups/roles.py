"""The roles of groups, in the organisation and in projects. Who is in a group has them beside the own ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.changes import Changes
from earthshine.accounts.groups.groups import find_group
from earthshine.accounts.groups.objects import GroupRole, ProjectGroup, ProjectGroupPage, RoleHolder
from earthshine.accounts.groups.schemas import GroupsQuery
from earthshine.accounts.groups.tables import group_roles, groups
from earthshine.accounts.people.members import find_project, open_project
from earthshine.accounts.roles.custom_roles import find_role, slice_of
from earthshine.accounts.roles.objects import Role, RoleList
from earthshine.accounts.roles.schemas import RolesQuery
from earthshine.database import Connection
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.wire.pagination import page


class GroupRoles:
    """Which group has which role. An empty project means the organisation as a whole."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def create(self, caller: Caller, project: str, group: str, role: str) -> GroupRole:
        """Give a group another role. Raises `NotFound`, also for a project in which it is not yet, and 403s."""
        async with self._changes.write() as connection:
            row = await _taking_part(connection, caller, project, group, change=True)
            given = await _give(connection, caller, project, group, role)
        holder = RoleHolder(object="group", id=row.id, name=row.name, created_at=row.created_at, scim_managed=False)
        return {"object": "group.role", "role": given, "group": holder}

    async def get(self, caller: Caller, project: str, group: str, role: str) -> Role:
        """Return one role of a group. Raises `NotFound` when the group does not have it."""
        async with self._changes.read() as connection:
            for each in await self._of(connection, caller, project, group):
                if each["id"] == role:
                    return each
        raise _lacks(role)

    async def page(self, caller: Caller, project: str, group: str, query: RolesQuery) -> RoleList:
        """Return some of a group's roles."""
        async with self._changes.read() as connection:
            return slice_of(await self._of(connection, caller, project, group), query)

    async def remove(self, caller: Caller, project: str, group: str, role: str) -> None:
        """Take a role away. Raises `NotFound`, and `Conflict` for the last one in a project."""
        async with self._changes.write() as connection:
            await _taking_part(connection, caller, project, group, change=True)
            there = _of_group(group, project)
            if not (await connection.execute(delete(group_roles).where(there, group_roles.c.role == role))).rowcount:
                raise _lacks(role)
            if project and (await connection.execute(select(group_roles.c.role).where(there))).first() is None:
                raise Conflict(
                    "This is the group's last role in the project. Remove the group from the project instead, or give "
                    "it another role first."
                )
            await _record(connection, caller, "role.assignment.deleted", project, group, role)

    async def _of(self, connection: Connection, caller: Caller, project: str, group: str) -> list[Role]:
        await _taking_part(connection, caller, project, group, change=False)
        chosen = select(group_roles.c.role).where(_of_group(group, project))
        held = (await connection.execute(chosen.order_by(group_roles.c.created_at, group_roles.c.role))).scalars().all()
        found = [await find_role(connection, caller, project, role) for role in held]
        return [{**role, "assignment_sources": [{"principal_type": "group", "principal_id": group}]} for role in found]

    # --- the groups of a project -------------------------------------------------------------------------------------

    async def admit(self, caller: Caller, project: str, group: str, role: str) -> ProjectGroup:
        """Let a group into a project, with a role. Raises `Conflict` where it is already, `NotFound` and 403s."""
        async with self._changes.write() as connection:
            await open_project(connection, caller.organization, project)
            row = await find_group(connection, caller, group)
            if (await connection.execute(select(group_roles.c.role).where(_of_group(group, project)))).first():
                raise Conflict("This group takes part in the project already. Change its roles instead.")
            await _give(connection, caller, project, group, role)
            return (await _project_groups(connection, project, [row]))[0]

    async def get_group(self, caller: Caller, project: str, group: str) -> ProjectGroup:
        """Return one group of a project. Raises `NotFound`."""
        async with self._changes.read() as connection:
            row = await _taking_part(connection, caller, project, group, change=False)
            return (await _project_groups(connection, project, [row]))[0]

    async def groups(self, caller: Caller, project: str, query: GroupsQuery) -> ProjectGroupPage:
        """Return some groups of a project."""
        here = groups.c.id.in_(select(group_roles.c.group).where(group_roles.c.project == project))
        async with self._changes.read() as connection:
            await find_project(connection, caller.organization, project)
            rows, more = await page(connection, groups, query, here)
            data = await _project_groups(connection, project, rows)
        return {"object": "list", "data": data, "has_more": more, "next": data[-1]["group_id"] if more else None}

    async def dismiss(self, caller: Caller, project: str, group: str) -> None:
        """Take a group out of a project, with all its roles there. Raises `NotFound`."""
        async with self._changes.write() as connection:
            await _taking_part(connection, caller, project, group, change=True)
            await connection.execute(delete(group_roles).where(_of_group(group, project)))
            await trail.record(connection, caller, "project.group.deleted", {"id": group}, project=project)


async def _taking_part(connection: Connection, caller: Caller, project: str, group: str, *, change: bool) -> Row[Any]:
    """Return a group that takes part in the project, where one is named. Raises `NotFound`."""
    if project:
        await (open_project if change else find_project)(connection, caller.organization, project)
    row = await find_group(connection, caller, group)
    if project and (await connection.execute(select(group_roles).where(_of_group(group, project)))).first() is None:
        raise NotFound(
            f"The group {group[:100]!r} takes no part in this project. Add it to the project first.", param="group_id"
        )
    return row


async def _give(connection: Connection, caller: Caller, project: str, group: str, role: str) -> Role:
    found = await find_role(connection, caller, project, role)
    if found["predefined_role"] and found["name"] == "owner" and not project:
        raise InvalidRequest(
            "A group cannot own the organization. Give it the role 'role_organization_admin', or make single people "
            "owners.",
            param="role_id",
        )
    check_grant(caller, frozenset(found["permissions"]))
    values = {"created_by": caller.user or caller.key_id, "created_at": int(time.time())}
    try:
        await connection.execute(insert(group_roles).values(group=group, project=project, role=role, **values))
    except IntegrityError:
        raise Conflict("This group has this role already.", param="role_id") from None
    await _record(connection, caller, "role.assignment.created", project, group, role)
    return found


async def _project_groups(connection: Connection, project: str, rows: Sequence[Row[Any]]) -> list[ProjectGroup]:
    since = select(group_roles.c.group, func.min(group_roles.c.created_at)).where(
        group_roles.c.project == project, group_roles.c.group.in_([row.id for row in rows])
    )
    first = {row[0]: row[1] for row in await connection.execute(since.group_by(group_roles.c.group))}
    return [
        {
            "object": "project.group",
            "project_id": project,
            "group_id": row.id,
            "group_name": row.name,
            "group_type": "group",
            "created_at": first[row.id],
        }
        for row in rows
    ]


def _of_group(group: str, project: str) -> ColumnElement[bool]:
    return (group_roles.c.group == group) & (group_roles.c.project == project)


def _lacks(role: str) -> NotFound:
    return NotFound(f"This group does not have the role {role[:100]!r}.", param="role_id")


async def _record(connection: Connection, caller: Caller, event: str, project: str, group: str, role: str) -> None:
    details = {"id": role, "principal_id": group, "principal_type": "group"}
    await trail.record(connection, caller, event, details, project=project)
