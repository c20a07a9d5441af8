"""Who holds limits and has usage: projects, keys and people of the caller's organisation, and nobody else's."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, exists, func, select
from starlette.requests import Request

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.people.tables import users
from earthshine.accounts.tables import keys, projects, service_accounts
from earthshine.database import Connection, Database
from earthshine.errors import NotFound
from earthshine.metering.limits.store import Scope
from earthshine.services import service


async def check_project(request: Request, project: str) -> None:
    """Raise `NotFound` unless the project is one of the caller's organisation."""
    async with service(request, Database).read() as connection:
        await check_holder(connection, caller(request), "project", project)


async def check_holder(connection: Connection, caller: Caller, scope: Scope, scope_id: str) -> None:
    """Raise `NotFound` unless this organisation, project, key or user belongs to the caller's organisation."""
    if "\0" not in scope_id and await _is_there(connection, caller.organization, scope, scope_id):
        return
    raise NotFound(f"No {scope} with the id {scope_id[:100]!r} is here.")


async def _is_there(connection: Connection, organization: str, scope: Scope, scope_id: str) -> bool:
    match scope:
        case "organization":
            return scope_id == organization
        case "project":
            return await _has(connection, projects, scope_id, projects.c.organization == organization)
        case "key":
            return await _has(connection, keys, scope_id, func.coalesce(keys.c.organization, "default") == organization)
        case "user":
            own = select(projects.c.id).where(projects.c.organization == organization)
            return await _has(connection, users, scope_id, users.c.organization == organization) or await _has(
                connection, service_accounts, scope_id, service_accounts.c.project.in_(own)
            )


async def _has(connection: Connection, table: Table, name: str, condition: ColumnElement[bool]) -> bool:
    question = select(exists().where(table.c.id == name, condition))
    return bool((await connection.execute(question)).scalar())
