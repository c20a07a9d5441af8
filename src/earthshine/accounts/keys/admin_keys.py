"""KeyRegistry that administer: an organisation's, and the installation's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.owners import is_owner
from earthshine.accounts.authorization.permissions import ORGANIZATION_ROLES, role_named
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.keys.objects import AdminKey, AdminKeyOwner, RotatedKey
from earthshine.accounts.keys.project_keys import key_fields, rotated
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.keys.schemas import AdminKeyCreate, KeyRotate
from earthshine.accounts.people.tables import users
from earthshine.accounts.tables import keys
from earthshine.database import Connection
from earthshine.errors import Conflict, PermissionDenied

Json = dict[str, Any]


def administers(organization: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for keys that administer an organisation; those of the first version have no kind."""
    return (
        or_(keys.c.kind != "project", keys.c.kind.is_(None)),
        func.coalesce(keys.c.organization, "default") == organization,
        *key_rows.live(),
    )


async def create(connection: Connection, who: Caller, body: AdminKeyCreate) -> tuple[Row[Any], str]:
    """Make a key for the caller's organisation. Raises `PermissionDenied` when a role is above the caller's own."""
    owner = await is_owner(connection, who)
    role = role_named(body.role, ORGANIZATION_ROLES) if body.role else "owner" if owner else "admin"
    if role == "owner" and not owner:
        raise PermissionDenied("Only an owner can make a key with the role 'owner'. Use 'admin'.")
    new = key_rows.NewKey(
        kind="admin",
        organization=who.organization,
        project="",
        name=body.name,
        owner=who.user if who.user.startswith("user_") else "",
        role=role,
        addresses=body.allowed_addresses,
        expires_in_seconds=body.expires_in_seconds,
        made_by=key_rows.maker(who),
    )
    row, value = await key_rows.add(connection, new)
    data: Json = {"scopes": [], "name": body.name, "role": role, "kind": "admin"}
    await record(connection, who, "api_key.created", {"id": row.id, "data": data})
    return row, value


async def find(connection: Connection, who: Caller, key_id: str) -> Row[Any]:
    """Return a key that administers the caller's organisation. Raises `NotFound`."""
    return await key_rows.find(connection, key_id, *administers(who.organization))


async def remove(connection: Connection, who: Caller, key_id: str) -> None:
    """Revoke a key. Raises `NotFound`, `PermissionDenied`, and `Conflict` for the installation's last one."""
    row = await find(connection, who, key_id)
    await _check_rank(connection, who, row)
    if row.kind in (None, "installation"):
        lasting = select(func.count()).where(
            or_(keys.c.kind == "installation", keys.c.kind.is_(None)),
            keys.c.expires_at.is_(None),
            keys.c.id != key_id,
            *key_rows.live(),
        )
        if not (await connection.execute(lasting)).scalar():
            raise Conflict("This is the installation's last administrator's key. Rotate it instead.")
    await key_rows.revoke(connection, keys.c.id == key_id)
    await record(connection, who, "api_key.deleted", {"id": key_id})


async def rotate(connection: Connection, who: Caller, key_id: str, body: KeyRotate) -> tuple[Row[Any], str, RotatedKey]:
    """Make a key's successor. Returns its row, the key itself, and the old key's end."""
    row = await find(connection, who, key_id)
    await _check_rank(connection, who, row)
    if row.kind in (None, "installation") and body.expires_in_seconds is not None:
        raise Conflict("The installation's administrator's key must not expire. Leave 'expires_in_seconds' out.")
    return await rotated(connection, who, row, body)


async def _check_rank(connection: Connection, who: Caller, row: Row[Any]) -> None:
    if row.kind in (None, "installation") and "installation.manage" not in who.permissions:
        raise PermissionDenied("Only the installation's administrator can change this key.")
    if row.role == "owner" and not await is_owner(connection, who):
        raise PermissionDenied("Only an owner can change a key with the role 'owner'.")


async def admin_key_objects(connection: Connection, known: KeyRegistry, rows: Sequence[Row[Any]]) -> list[AdminKey]:
    """Return OpenAI's objects of keys; what OpenAI has no field for stands under `earthshine`."""
    ids = sorted({row.owner for row in rows if row.owner})
    people = {row.id: row for row in await connection.execute(select(users).where(users.c.id.in_(ids)))} if ids else {}
    return [
        {
            "object": "organization.admin_api_key",
            **key_fields(known, row),
            "owner": _owner(people.get(row.owner)),
            "earthshine": {
                "kind": row.kind or "installation",
                "role": row.role or "owner",
                "allowed_addresses": row.addresses or [],
                "made_by": row.made_by,
                "rotated_from": row.rotated_from,
            },
        }
        for row in rows
    ]


def _owner(person: Row[Any] | None) -> AdminKeyOwner:
    if person is None:
        return {"type": None, "object": None, "id": None, "name": None, "created_at": None, "role": "owner"}
    return {
        "type": "user",
        "object": "organization.user",
        "id": person.id,
        "name": person.name,
        "created_at": person.created_at,
        "role": person.role,
    }
