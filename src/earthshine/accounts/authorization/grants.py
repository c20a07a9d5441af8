"""What people and service accounts may do, by their roles, and what they may give to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.permissions import (
    GRANTABLE,
    ORGANIZATION_ROLES,
    PERMISSIONS,
    PREDEFINED,
    PROJECT_ROLES,
    Permission,
)
from earthshine.accounts.groups.tables import group_roles, group_users, groups
from earthshine.accounts.people.tables import assignments, members, roles, users
from earthshine.accounts.tables import projects, service_accounts
from earthshine.database import Connection
from earthshine.errors import NotFound, PermissionDenied

_CHUNK = 500
"""Values in one IN list; SQLite takes 32,766 parameters, PostgreSQL 32,767."""


@dataclass(slots=True)
class Grants:
    """What one person may do."""

    organization: str
    email: str
    everywhere: frozenset[Permission]
    """In the organisation and in each of its projects."""
    projects: dict[str, frozenset[Permission]] = field(default_factory=dict[str, frozenset[Permission]])
    """Besides, in single projects."""

    def visits(self, project: str) -> bool:
        """Return whether the person is no member of a project, and has only rights in the whole organisation there."""
        return bool(project) and not self.projects.get(project)

    def within(self, project: str) -> frozenset[Permission]:
        """Return what the person may do when acting for `project`; nothing where it has no access to it."""
        return self.everywhere | self.projects.get(project, frozenset())


async def grants_of(connection: Connection, wanted: Collection[str]) -> dict[str, Grants]:
    """Return what people may do, by user id; those that are gone are left out."""
    found: dict[str, Grants] = {}
    for ids in _chunks(sorted(wanted)):
        found |= await _grants(connection, ids)
    return found


async def may_write(connection: Connection, owner: str, organization: str, project: str) -> bool:
    """Return whether an owner of words is there and may still write in the project; the project itself always may."""
    if not owner:
        return True
    account = select(service_accounts.c.role).where(
        service_accounts.c.id == owner, service_accounts.c.project == project
    )
    role = (await connection.execute(account)).scalar()
    if role is not None:
        return "project.write" in PROJECT_ROLES.get(role, frozenset())
    person = (await grants_of(connection, [owner])).get(owner)
    return person is not None and person.organization == organization and "project.write" in person.within(project)


async def _grants(connection: Connection, ids: list[str]) -> dict[str, Grants]:
    everyone = select(users).where(users.c.id.in_(ids))
    found = {
        row.id: Grants(row.organization, row.email, _everywhere(row.role, operates=row.operates))
        for row in await connection.execute(everyone)
    }
    in_projects: defaultdict[tuple[str, str], frozenset[Permission]] = defaultdict(frozenset[Permission])
    memberships = (
        select(members.c.user, members.c.project, members.c.role)
        .join(projects, projects.c.id == members.c.project)
        .join(users, users.c.id == members.c.user)
        .where(members.c.user.in_(ids), users.c.organization == projects.c.organization)
    )
    for row in await connection.execute(memberships):
        in_projects[row.user, row.project] |= PROJECT_ROLES.get(row.role, frozenset())
    assigned = (
        select(assignments.c.user, roles.c.id, roles.c.organization, roles.c.project, roles.c.permissions)
        .join(roles, roles.c.id == assignments.c.role)
        .where(assignments.c.user.in_(ids))
    )
    through_groups = (
        select(
            group_users.c.user, group_roles.c.role, groups.c.organization, group_roles.c.project, roles.c.permissions
        )
        .join(groups, groups.c.id == group_users.c.group)
        .join(group_roles, group_roles.c.group == groups.c.id)
        .outerjoin(roles, roles.c.id == group_roles.c.role)
        .where(group_users.c.user.in_(ids))
    )
    for row in [*(await connection.execute(assigned)), *(await connection.execute(through_groups))]:
        person = found.get(row.user)
        if person is None or person.organization != row.organization:
            continue
        granted = GRANTABLE.intersection(PREDEFINED.get(row[1]) or row.permissions or ())
        if row.project:
            in_projects[row.user, row.project] |= _of_projects(granted)
        else:
            person.everywhere |= granted
    for (user, project), granted in in_projects.items():
        if user in found:
            found[user].projects[project] = granted
    return found


def _everywhere(role: str, *, operates: bool) -> frozenset[Permission]:
    if operates and role == "owner":
        return PERMISSIONS
    return ORGANIZATION_ROLES.get(role, frozenset())


def _of_projects(permissions: Iterable[Permission]) -> frozenset[Permission]:
    return frozenset(each for each in permissions if each.startswith("project."))


def _chunks(ids: list[str]) -> Iterable[list[Any]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


async def acting_project(connection: Connection, user: str, grants: Grants, asked: str | None) -> str:
    """Return the project that a person acts in: the one asked for, else the first of the person's own; may be empty.

    Who may read all of the organisation's projects may act in each of them. Raises `NotFound`.
    """
    open_ones = select(projects.c.id).where(
        projects.c.organization == grants.organization, projects.c.archived_at.is_(None)
    )
    taking_part = [project for project, granted in grants.projects.items() if granted]
    own = open_ones.where(projects.c.id.in_(taking_part))
    everywhere = "project.read" in grants.everywhere
    if asked:
        found = (await connection.execute((open_ones if everywhere else own).where(projects.c.id == asked))).scalar()
        if found is None:
            raise NotFound(f"No project with id {asked[:100]!r} was found among yours.", param="OpenAI-Project")
        return found
    # Those of groups come after the person's own.
    own = own.outerjoin(members, and_(members.c.project == projects.c.id, members.c.user == user))
    by_age = own.order_by(members.c.added_at.is_(None), members.c.added_at, projects.c.id)
    first = (await connection.execute(by_age.limit(1))).scalar()
    if first is None and everywhere:
        oldest = open_ones.order_by(projects.c.created_at, projects.c.id).limit(1)
        first = (await connection.execute(oldest)).scalar()
    return first or ""


def check_grant(caller: Caller, granted: frozenset[Permission]) -> None:
    """Raise `PermissionDenied` when a caller would give away what it does not have itself."""
    if "organization.manage" in caller.permissions:
        return
    missing = sorted(granted - caller.permissions)
    if missing:
        raise PermissionDenied(f"You cannot give the permission {missing[0]!r}, because you do not have it yourself.")
