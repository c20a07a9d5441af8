"""Questions about what a person may do: in which project, and what it may give to others."""

from __future__ import annotations

from sqlalchemy import select

from earthshine.accounts.caller import Caller
from earthshine.accounts.grants import Grants
from earthshine.accounts.people_tables import members
from earthshine.accounts.permissions import Permission
from earthshine.accounts.tables import projects
from earthshine.database import Connection
from earthshine.errors import NotFound, PermissionDenied


async def home(connection: Connection, user: str, grants: Grants, asked: str | None) -> str:
    """Return the project that a person acts in: the one asked for, else the first of the person's own; may be empty.

    Who may read all of the organisation's projects may act in each of them. Raises `NotFound`.
    """
    open_ones = select(projects.c.id).where(
        projects.c.organization == grants.organization, projects.c.archived_at.is_(None)
    )
    own = open_ones.join(members, members.c.project == projects.c.id).where(members.c.user == user)
    everywhere = "project.read" in grants.everywhere
    if asked:
        found = (await connection.execute((open_ones if everywhere else own).where(projects.c.id == asked))).scalar()
        if found is None:
            raise NotFound(f"No project with id {asked[:100]!r} was found among yours.", param="OpenAI-Project")
        return found
    first = (await connection.execute(own.order_by(members.c.added_at, projects.c.id).limit(1))).scalar()
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
