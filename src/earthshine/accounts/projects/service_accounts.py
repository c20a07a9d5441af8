"""Service accounts: owners of keys that belong to no person."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.authorization.permissions import PROJECT_ROLES
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.projects.objects import ServiceAccount, ServiceAccountKey
from earthshine.accounts.projects.schemas import ServiceAccountUpdate
from earthshine.accounts.tables import keys, service_accounts
from earthshine.database import Connection
from earthshine.errors import NotFound
from earthshine.ids import new_id


async def create(connection: Connection, who: Caller, project: str, name: str, role: str) -> Row[Any]:
    """Make a service account in a project. Raises `PermissionDenied` for a role that is above the caller's."""
    check_grant(who, PROJECT_ROLES[role])
    account = new_id("svcacct")
    values = {
        "id": account,
        "project": project,
        "name": name,
        "role": role,
        "created_at": int(time.time()),
        "created_by": who.user,
    }
    await connection.execute(insert(service_accounts).values(values))
    details = {"id": account, "data": {"role": role, "name": name}}
    await record(connection, who, "service_account.created", details, project=project)
    return await find(connection, project, account)


async def find(connection: Connection, project: str, account: str) -> Row[Any]:
    """Return a service account of a project. Raises `NotFound`."""
    one = select(service_accounts).where(service_accounts.c.id == account, service_accounts.c.project == project)
    row = (await connection.execute(one)).first()
    if row is None:
        raise NotFound(f"No service account with id '{account[:100]}' was found.", param="service_account_id")
    return row


async def change(
    connection: Connection, who: Caller, project: str, account: str, wanted: ServiceAccountUpdate
) -> Row[Any]:
    """Change a service account's name or role; its keys follow at once. Raises `NotFound` and `PermissionDenied`."""
    await find(connection, project, account)
    if wanted.role is not None:
        check_grant(who, PROJECT_ROLES[wanted.role])
    values = wanted.model_dump(exclude_none=True)
    if values:
        await connection.execute(update(service_accounts).where(service_accounts.c.id == account).values(values))
        details = {"id": account, "changes_requested": values}
        await record(connection, who, "service_account.updated", details, project=project)
    return await find(connection, project, account)


async def remove(connection: Connection, who: Caller, project: str, account: str) -> None:
    """Remove a service account and revoke its keys. Raises `NotFound`."""
    await find(connection, project, account)
    await key_rows.revoke(connection, keys.c.owner == account, keys.c.project == project)
    await connection.execute(delete(service_accounts).where(service_accounts.c.id == account))
    await record(connection, who, "service_account.deleted", {"id": account}, project=project)


def service_account_object(row: Row[Any]) -> ServiceAccount:
    """Return OpenAI's object of a service account."""
    return {
        "object": "organization.project.service_account",
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "created_at": row.created_at,
    }


def service_account_key(row: Row[Any], value: str) -> ServiceAccountKey:
    """Return OpenAI's object of a service account's new key."""
    return {
        "object": "organization.project.service_account.api_key",
        "id": row.id,
        "name": row.name,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "value": value,
    }
