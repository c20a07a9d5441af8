"""Who has which role. Everybody has exactly one of the predefined ones, and any number of custom ones."""

from __future__ import annotations

import time
from typing import Any, cast

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.authorization.owners import check_rank, set_role
from earthshine.accounts.authorization.permissions import Role as RoleName
from earthshine.accounts.changes import Changes
from earthshine.accounts.groups.tables import group_roles, group_users
from earthshine.accounts.people.members import find_project, open_project
from earthshine.accounts.people.rows import find, organization_user
from earthshine.accounts.people.tables import assignments, members, roles
from earthshine.accounts.roles.custom_roles import ORDER, find_role, predefined, predefined_id, role_wire, slice_of
from earthshine.accounts.roles.objects import AssignmentSource, Role, RoleList, UserRole
from earthshine.accounts.roles.schemas import RolesQuery
from earthshine.database import Connection
from earthshine.errors import Conflict, NotFound


class RoleAssignments:
    """The roles of people. An empty project means the organisation as a whole."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def create(self, caller: Caller, project: str, user: str, role: str) -> UserRole:
        """Give a role; a predefined one takes the place of the one before. Raises `NotFound`, and 403s."""
        async with self._changes.write() as connection:
            person = await _person(connection, caller, project, user, change=True)
            given = await assign(connection, caller, person, role, project)
            person = await find(connection, caller.organization, user)
            return {"object": "user.role", "role": given, "user": organization_user(person)}

    async def get(self, caller: Caller, project: str, user: str, role: str) -> Role:
        """Return one role of a person. Raises `NotFound` when the person does not have it."""
        async with self._changes.read() as connection:
            for each in await self._of(connection, caller, project, user):
                if each["id"] == role:
                    return each
        raise NotFound(f"This person does not have the role {role[:100]!r}.", param="role_id")

    async def page(self, caller: Caller, project: str, user: str, query: RolesQuery) -> RoleList:
        """Return some of a person's roles, the predefined one first."""
        async with self._changes.read() as connection:
            return slice_of(await self._of(connection, caller, project, user), query)

    async def remove(self, caller: Caller, project: str, user: str, role: str) -> None:
        """Take a custom role away. Raises `NotFound`, and `Conflict` for the predefined one."""
        if role in predefined(project):
            raise Conflict("Everybody has one of the predefined roles. Give the person another one instead.")
        async with self._changes.write() as connection:
            person = await _person(connection, caller, project, user, change=True)
            await check_rank(connection, caller, person)
            await find_role(connection, caller, project, role)
            one = (assignments.c.user == user) & (assignments.c.role == role)
            if not (await connection.execute(delete(assignments).where(one))).rowcount:
                raise NotFound(f"This person does not have the role {role[:100]!r} as its own.", param="role_id")
            await _record(connection, caller, "role.assignment.deleted", project, user, role)

    async def _of(self, connection: Connection, caller: Caller, project: str, user: str) -> list[Role]:
        person = await _person(connection, caller, project, user, change=False)
        base = person.role
        if project:
            chosen = select(members.c.role).where(members.c.project == project, members.c.user == user)
            base = (await connection.execute(chosen)).scalar_one()
        custom = (
            select(roles)
            .join(assignments, assignments.c.role == roles.c.id)
            .where(
                assignments.c.user == user,
                roles.c.organization == caller.organization,
                roles.c.project == project,
            )
            .order_by(roles.c.id)
        )
        rows = (await connection.execute(custom)).all()
        first = [predefined(project)[predefined_id(base, project)]] if base in ORDER else []
        sources: dict[str, list[AssignmentSource]] = {}
        held: dict[str, Role] = {}
        for each in (*first, *(role_wire(row) for row in rows)):
            held[each["id"]] = each
            sources[each["id"]] = [{"principal_type": "user", "principal_id": user}]
        through = (
            select(group_roles.c.role, group_roles.c.group)
            .join(group_users, group_users.c.group == group_roles.c.group)
            .where(group_users.c.user == user, group_roles.c.project == project)
        )
        for row in await connection.execute(through.order_by(group_roles.c.role, group_roles.c.group)):
            if row.role not in held:
                held[row.role] = await find_role(connection, caller, project, row.role)
            sources.setdefault(row.role, []).append({"principal_type": "group", "principal_id": row.group})
        return [{**each, "assignment_sources": sources[each["id"]]} for each in held.values()]


async def assign(connection: Connection, caller: Caller, person: Row[Any], role: str, project: str) -> Role:
    """Give a role to a row of `users`. Raises `NotFound` and `PermissionDenied`."""
    found = await find_role(connection, caller, project, role)
    check_grant(caller, frozenset(found["permissions"]))
    if found["predefined_role"] and not project:
        await set_role(connection, caller, person, cast("RoleName", found["name"]))
    elif found["predefined_role"]:
        one = (members.c.project == project) & (members.c.user == person.id)
        await connection.execute(update(members).where(one).values(role=found["name"]))
    else:
        await check_rank(connection, caller, person)
        values = {
            "user": person.id,
            "role": role,
            "created_by": caller.user or caller.key_id,
            "created_at": int(time.time()),
        }
        try:
            await connection.execute(insert(assignments).values(values))
        except IntegrityError:
            raise Conflict("This person has this role already.", param="role_id") from None
    await _record(connection, caller, "role.assignment.created", project, person.id, role)
    return found


async def _person(connection: Connection, caller: Caller, project: str, user: str, *, change: bool) -> Row[Any]:
    """Return a person who takes part in the project, where one is named. Raises `NotFound`."""
    if project:
        await (open_project if change else find_project)(connection, caller.organization, project)
    person = await find(connection, caller.organization, user)
    if project:
        chosen = select(members.c.role).where(members.c.project == project, members.c.user == user)
        if (await connection.execute(chosen)).first() is None:
            raise NotFound(f"No user with id {user[:100]!r} was found in this project.", param="user_id")
    return person


async def _record(connection: Connection, caller: Caller, event: str, project: str, user: str, role: str) -> None:
    details = {"id": role, "principal_id": user, "principal_type": "user"}
    await trail.record(connection, caller, event, details, project=project)
