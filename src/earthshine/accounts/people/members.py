"""The people of a project. A person of the organisation takes part in a project by one row with a role."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.authorization.permissions import PROJECT_ROLES, Role
from earthshine.accounts.changes import Changes
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.people.names import email_key
from earthshine.accounts.people.objects import ProjectUser
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.people.schemas import MemberCreate, MemberUpdate, ProjectGrant
from earthshine.accounts.people.tables import assignments, members, roles, users
from earthshine.accounts.tables import keys, projects
from earthshine.database import Connection
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.wire.pagination import ListQuery


class Members:
    """Who takes part in which project, and as what."""

    def __init__(self, changes: Changes, removal: Removal) -> None:
        self._changes = changes
        self._removal = removal

    async def add(self, caller: Caller, project: str, body: MemberCreate) -> ProjectUser:
        """Let a person of the organisation into a project. Raises `NotFound` and `Conflict`."""
        if (body.user_id is None) == (body.email is None):
            raise InvalidRequest("Name the person by either 'user_id' or 'email'.", param="user_id")
        check_grant(caller, PROJECT_ROLES[body.role])
        async with self._changes.write() as connection:
            await open_project(connection, caller.organization, project)
            person = users.c.id == body.user_id if body.email is None else users.c.email_key == email_key(body.email)
            chosen = select(users.c.id).where(users.c.organization == caller.organization, person)
            user = (await connection.execute(chosen)).scalar()
            if user is None:
                raise NotFound(
                    f"Nobody of this organization is {body.user_id or body.email!r}. Invite the person first.",
                    param="email" if body.user_id is None else "user_id",
                )
            if await _row(connection, caller.organization, project, user) is not None:
                raise Conflict("This person takes part in the project already. Change the role instead.")
            await add_member(connection, project, user, body.role)
            await _record(connection, caller, "user.added", project, user, {"data": {"role": body.role}})
            return await _describe(connection, caller.organization, project, user)

    async def get(self, caller: Caller, project: str, user: str) -> ProjectUser:
        """Return one person of a project. Raises `NotFound`."""
        async with self._changes.read() as connection:
            await find_project(connection, caller.organization, project)
            return await _describe(connection, caller.organization, project, user)

    async def page(self, caller: Caller, project: str, query: ListQuery) -> tuple[list[ProjectUser], bool]:
        """Return some people of a project, and whether there are more."""
        chosen = _members(caller.organization, project).order_by(users.c.id).limit(query.limit + 1)
        if query.after is not None:
            chosen = chosen.where(users.c.id > query.after)
        async with self._changes.read() as connection:
            await find_project(connection, caller.organization, project)
            rows = (await connection.execute(chosen)).all()
        return [_wire(row) for row in rows[: query.limit]], len(rows) > query.limit

    async def update(self, caller: Caller, project: str, user: str, body: MemberUpdate) -> ProjectUser:
        """Change what a person is in a project. Raises `NotFound`."""
        async with self._changes.write() as connection:
            await open_project(connection, caller.organization, project)
            await _describe(connection, caller.organization, project, user)
            if body.role is not None:
                check_grant(caller, PROJECT_ROLES[body.role])
                one = (members.c.project == project) & (members.c.user == user)
                await connection.execute(update(members).where(one).values(role=body.role))
                changes = {"changes_requested": {"role": body.role}}
                await _record(connection, caller, "user.updated", project, user, changes)
            return await _describe(connection, caller.organization, project, user)

    async def remove(self, caller: Caller, project: str, user: str) -> None:
        """Take a person out of a project: keys, links and custom roles there end. Raises `NotFound`."""
        async with self._changes.write() as connection:
            await open_project(connection, caller.organization, project)
            await _describe(connection, caller.organization, project, user)
            await key_rows.revoke(connection, keys.c.owner == user, keys.c.project == project)
            await self._removal.leave(connection, user, project)
            await connection.execute(delete(members).where(members.c.project == project, members.c.user == user))
            here = select(roles.c.id).where(roles.c.project == project)
            await connection.execute(
                delete(assignments).where(assignments.c.user == user, assignments.c.role.in_(here))
            )
            await _record(connection, caller, "user.deleted", project, user, {})


async def find_project(connection: Connection, organization: str, project: str) -> Row[Any]:
    """Return a project of the organisation. Raises `NotFound`."""
    chosen = select(projects).where(projects.c.id == project, projects.c.organization == organization)
    row = (await connection.execute(chosen)).first()
    if row is None:
        raise NotFound(f"No project with id {project[:100]!r} was found.", param="project_id")
    return row


async def open_project(connection: Connection, organization: str, project: str) -> None:
    """Raise `NotFound`, and `Conflict` when the project is archived."""
    if (await find_project(connection, organization, project)).archived_at is not None:
        raise Conflict(f"The project {project!r} is archived. Nothing in it can be changed.")


async def resolve(
    connection: Connection, organization: str, wanted: Sequence[ProjectGrant] | None
) -> list[tuple[str, Role]]:
    """Return the places that a new person gets; None asks for a member's in the organisation's first project.

    Raises `NotFound` for a project that is not the organisation's.
    """
    if wanted is None:
        chosen = select(projects.c.id).where(projects.c.organization == organization, projects.c.archived_at.is_(None))
        first = (await connection.execute(chosen.order_by(projects.c.created_at, projects.c.id).limit(1))).scalar()
        return [] if first is None else [(first, "member")]
    for grant in wanted:
        await open_project(connection, organization, grant.id)
    if len({grant.id for grant in wanted}) < len(wanted):
        raise InvalidRequest("A project is named twice.", param="projects")
    return [(grant.id, grant.role) for grant in wanted]


async def add_member(connection: Connection, project: str, user: str, role: str) -> None:
    """Store a place in a project."""
    await connection.execute(insert(members).values(project=project, user=user, role=role, added_at=int(time.time())))


def _members(organization: str, project: str) -> Any:
    return (
        select(users.c.id, users.c.email, users.c.name, members.c.role, members.c.added_at)
        .join(members, members.c.user == users.c.id)
        .where(members.c.project == project, users.c.organization == organization)
    )


async def _row(connection: Connection, organization: str, project: str, user: str) -> Row[Any] | None:
    return (await connection.execute(_members(organization, project).where(users.c.id == user))).first()


async def _describe(connection: Connection, organization: str, project: str, user: str) -> ProjectUser:
    row = await _row(connection, organization, project, user)
    if row is None:
        raise NotFound(f"No user with id {user[:100]!r} was found in this project.", param="user_id")
    return _wire(row)


def _wire(row: Row[Any]) -> ProjectUser:
    return {
        "object": "organization.project.user",
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "role": row.role,
        "added_at": row.added_at,
    }


async def _record(
    connection: Connection, caller: Caller, event: str, project: str, user: str, details: dict[str, Any]
) -> None:
    await trail.record(connection, caller, event, {"id": user, **details}, project=project)
