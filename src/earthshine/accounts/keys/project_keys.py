"""KeyRegistry of projects: who owns them, what they may do, how they look to an administrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant, grants_of
from earthshine.accounts.authorization.owners import check_rank
from earthshine.accounts.authorization.permissions import PROJECT_ROLES, Permission
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.keys.objects import KeyFields, KeyOwner, KeyServiceAccount, KeyUser, ProjectKey, RotatedKey
from earthshine.accounts.keys.records import key_permissions
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.keys.schemas import KeyCreate, KeyListQuery, KeyRotate, KeyUpdate
from earthshine.accounts.people.tables import members, users
from earthshine.accounts.projects.service_accounts import find as find_service_account
from earthshine.accounts.tables import keys, service_accounts
from earthshine.database import Connection
from earthshine.errors import InvalidRequest, NotFound, PermissionDenied
from earthshine.wire.pagination import ListQuery, page

Json = dict[str, Any]


async def create(connection: Connection, who: Caller, project: str, body: KeyCreate) -> tuple[Row[Any], str]:
    """Make a key; return its row, and the key itself for the only time. Raises 400, 403 and 404."""
    owner = await _owner(connection, who, project, body)
    role = body.role or (None if body.service_account_id else "member")
    await check_key_grant(connection, who, project, owner, key_permissions("project", role, body.scopes))
    new = key_rows.NewKey(
        kind="project",
        organization=who.organization,
        project=project,
        name=body.name,
        owner=owner,
        role=role,
        scopes=body.scopes,
        models=body.allowed_models,
        addresses=body.allowed_addresses,
        expires_in_seconds=body.expires_in_seconds,
        made_by=key_rows.maker(who),
    )
    row, value = await key_rows.add(connection, new)
    data: Json = {"scopes": body.scopes, "name": body.name, "role": role, "owner": owner}
    await record(connection, who, "api_key.created", {"id": row.id, "data": data}, project=project)
    return row, value


async def _owner(connection: Connection, who: Caller, project: str, body: KeyCreate) -> str:
    if body.service_account_id is not None and body.user_id is not None:
        raise InvalidRequest("A key has one owner: give 'service_account_id' or 'user_id'.", param="user_id")
    if body.service_account_id is not None:
        await find_service_account(connection, project, body.service_account_id)
        return body.service_account_id
    owner = body.user_id or (who.user if who.user.startswith("user_") else "")
    if not owner:
        return ""
    if owner != who.user and "organization.manage" not in who.permissions:
        raise PermissionDenied("Only an administrator of the organisation can make keys for other people.")
    if owner != who.user:
        await check_owner_rank(connection, who, owner)
    grants = (await grants_of(connection, [owner])).get(owner)
    if grants is None or grants.organization != who.organization:
        raise NotFound(f"No user with id '{owner[:100]}' was found.", param="user_id")
    if not grants.within(project) & PROJECT_ROLES["member"]:
        raise InvalidRequest(f"The user '{owner}' has no role in this project. Add the user first.", param="user_id")
    return owner


async def check_key_grant(
    connection: Connection, who: Caller, project: str, owner: str, granted: frozenset[Permission]
) -> None:
    """Raise `PermissionDenied` when a key of nobody, or of a service account, would do what the caller may not.

    What a person's key may do is bounded by what the person may.
    """
    if owner.startswith("user_"):
        return
    if owner:
        granted &= PROJECT_ROLES.get((await find_service_account(connection, project, owner)).role, frozenset())
    check_grant(who, granted)


async def check_owner_rank(connection: Connection, who: Caller, owner: str) -> None:
    """Raise `PermissionDenied` when the caller may not act on the person in whose name a key would be made."""
    person = select(users).where(users.c.id == owner, users.c.organization == who.organization)
    row = (await connection.execute(person)).first()
    if row is not None:
        await check_rank(connection, who, row)


async def find(connection: Connection, project: str, key_id: str) -> Row[Any]:
    """Return one key of a project. Raises `NotFound`."""
    return await key_rows.find(connection, key_id, keys.c.project == project, keys.c.kind == "project")


async def change(connection: Connection, who: Caller, project: str, key_id: str, body: KeyUpdate) -> Row[Any]:
    """Change a key. Raises `NotFound`, and `Conflict` for one that has expired."""
    row = await find(connection, project, key_id)
    asked = body.model_dump(exclude_none=True)
    names = {"scopes": "scopes", "name": "name", "allowed_models": "models", "allowed_addresses": "addresses"}
    values = {column: asked[name] or None for name, column in names.items() if name in asked}
    if body.scopes is not None:
        await check_key_grant(
            connection, who, project, row.owner or "", key_permissions("project", row.role, body.scopes)
        )
    if body.expires_in_seconds is not None:
        values["expires_at"] = key_rows.now() + body.expires_in_seconds
    row = await key_rows.change(connection, row, **values)
    if asked:
        details = {"id": key_id, "changes_requested": asked}
        await record(connection, who, "api_key.updated", details, project=project)
    return row


async def rotate(
    connection: Connection, who: Caller, project: str, key_id: str, body: KeyRotate
) -> tuple[Row[Any], str, RotatedKey]:
    """Make a key's successor. Returns its row, the key itself, and the old key's end."""
    row = await find(connection, project, key_id)
    if (row.owner or "").startswith("user_") and row.owner != who.user and "organization.manage" not in who.permissions:
        raise PermissionDenied("Only its owner or an administrator of the organisation can rotate a person's key.")
    await check_key_grant(connection, who, project, row.owner or "", key_permissions("project", row.role, row.scopes))
    return await rotated(connection, who, row, body)


async def rotated(
    connection: Connection, who: Caller, row: Row[Any], body: KeyRotate
) -> tuple[Row[Any], str, RotatedKey]:
    """Make the successor of a key that the caller may rotate, and write it down.

    Raises `PermissionDenied` when its owner is above the caller, who is about to see the key.
    """
    if row.owner and row.owner != who.user:
        await check_owner_rank(connection, who, row.owner)
    made, value, ends = await key_rows.rotate(
        connection,
        row,
        overlap_seconds=body.overlap_seconds,
        expires_in_seconds=body.expires_in_seconds,
        made_by=key_rows.maker(who),
    )
    changes = {"overlap_seconds": body.overlap_seconds}
    await record(connection, who, "api_key.updated", {"id": row.id, "changes_requested": changes}, project=row.project)
    data: Json = {"scopes": row.scopes or [], "name": row.name, "rotated_from": row.id}
    await record(connection, who, "api_key.created", {"id": made.id, "data": data}, project=row.project)
    return made, value, {"id": row.id, "expires_at": ends}


async def remove(connection: Connection, who: Caller, project: str, key_id: str) -> None:
    """Revoke a key for good. Raises `NotFound`."""
    row = await find(connection, project, key_id)
    await key_rows.revoke(connection, keys.c.id == row.id)
    await record(connection, who, "api_key.deleted", {"id": row.id}, project=project)


async def list_keys(
    connection: Connection, known: KeyRegistry, project: str, query: KeyListQuery
) -> tuple[Sequence[Row[Any]], bool]:
    """Return some keys of a project, and whether there are more."""
    where = keys.c.project == project, keys.c.kind == "project", *key_rows.live()
    if query.owner_project_access == "any":
        return await page(connection, keys, query, *where)
    wanted = query.owner_project_access == "active"
    found: list[Row[Any]] = []
    after, more = query.after, True
    while more and len(found) <= query.limit:
        rows, more = await page(connection, keys, ListQuery(after=after, limit=100), *where)
        found += [row for row in rows if known.has_access(row) == wanted]
        after = rows[-1].id if rows else after
    return found[: query.limit], len(found) > query.limit


async def key_objects(connection: Connection, known: KeyRegistry, rows: Sequence[Row[Any]]) -> list[ProjectKey]:
    """Return OpenAI's objects of keys; what OpenAI has no field for stands under `earthshine`."""
    owners = await _describe_owners(connection, rows)
    return [
        {
            "object": "organization.project.api_key",
            **key_fields(known, row),
            "owner": owners.get((row.owner, row.project), _absent(row.owner)),
            "owner_project_access": "active" if known.has_access(row) else "inactive",
            "earthshine": {
                "role": row.role,
                "scopes": row.scopes or [],
                "allowed_models": row.models or [],
                "allowed_addresses": row.addresses or [],
                "made_by": row.made_by,
                "rotated_from": row.rotated_from,
            },
        }
        for row in rows
    ]


def key_fields(known: KeyRegistry, row: Row[Any]) -> KeyFields:
    """Return what the objects of all kinds of keys have in common."""
    return {
        "id": row.id,
        "name": row.name,
        "created_at": row.created_at,
        "last_used_at": known.last_used(row.id, row.last_used_at),
        "expires_at": row.expires_at,
        "redacted_value": redacted(row),
    }


def redacted(row: Row[Any]) -> str:
    """Return what may be shown of a key."""
    return f"{row.prefix}****"


def _absent(owner: str | None) -> KeyOwner:
    if owner is None:
        return {"type": None, "user": None, "service_account": None}
    return {"type": "user" if owner.startswith("user_") else "service_account", "user": None, "service_account": None}


async def _describe_owners(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], KeyOwner]:
    ids = sorted({row.owner for row in rows if row.owner})
    found: dict[tuple[str, str], KeyOwner] = {}
    if not ids:
        return found
    for row in await connection.execute(select(service_accounts).where(service_accounts.c.id.in_(ids))):
        about = KeyServiceAccount(id=row.id, created_at=row.created_at, name=row.name, role=row.role)
        found[row.id, row.project] = {"type": "service_account", "service_account": about, "user": None}
    people = {row.id: row for row in await connection.execute(select(users).where(users.c.id.in_(ids)))}
    roles = {
        (row.user, row.project): row.role
        for row in await connection.execute(select(members).where(members.c.user.in_(ids)))
    }
    for row in rows:
        person = people.get(row.owner or "")
        if person is not None:
            role = roles.get((row.owner, row.project), person.role)
            about = KeyUser(id=person.id, created_at=person.created_at, email=person.email, name=person.name, role=role)
            found[row.owner, row.project] = {"type": "user", "user": about, "service_account": None}
    return found
