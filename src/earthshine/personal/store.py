"""The stored rows of personal resources. Somebody else's are not found, except those that are shared in the project."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, Database
from earthshine.database.dialects import take_turns
from earthshine.errors import InvalidRequest, NotFound, PermissionDenied
from earthshine.ids import new_id
from earthshine.personal.resource_kinds import ASSISTANT, Json, Resource, ResourceKind
from earthshine.personal.tables import personal_things
from earthshine.vector_stores.store import not_found as no_store
from earthshine.vector_stores.store import searchable
from earthshine.wire.pagination import ListQuery, OrderedQuery, page

MOST = 1_000
"""Resources of one kind that one person keeps in a project."""

_columns = personal_things.c


def mine(owner: Owner, kind: str) -> ColumnElement[bool]:
    """Return the condition that a row of this kind is this owner's."""
    return (_columns.project == owner.project) & (_columns.user == owner.user) & (_columns.kind == kind)


def visible(owner: Owner, kind: str) -> ColumnElement[bool]:
    """Return the condition that a row of this kind is this owner's, or shared in its project."""
    ours = (_columns.user == owner.user) | _columns.shared
    return (_columns.project == owner.project) & (_columns.kind == kind) & ours


async def create(database: Database, owner: Owner, kind: ResourceKind[Resource], data: Json) -> Resource:
    """Store a new resource, and return it. Raises `InvalidRequest` for too many, or for what is not there."""
    now = _now()
    row = {
        "id": new_id(kind.prefix),
        "project": owner.project,
        "user": owner.user,
        "kind": kind.name,
        "data": data,
        "shared": data.get("shared", False),
        "created_at": now,
        "updated_at": now,
    }
    async with database.write() as connection:
        await take_turns(connection, f"{kind.name} of {owner.user} in {owner.project}")
        await _check_references(connection, owner, data)
        count = await connection.scalar(select(func.count()).where(mine(owner, kind.name)))
        if count is not None and count >= MOST:
            raise InvalidRequest(
                f"You have {count} {kind.plural} already, and {MOST} is the most. Delete some first.", code="too_many"
            )
        made = (await connection.execute(insert(personal_things).values(**row).returning(personal_things))).one()
    return serialize(made, owner, kind)


async def get(database: Database, owner: Owner, kind: ResourceKind[Resource], resource_id: str) -> Resource:
    """Return a resource. Raises `NotFound`."""
    async with database.read() as connection:
        return serialize(await _find(connection, owner, kind, resource_id), owner, kind)


async def list_page(
    database: Database, owner: Owner, kind: ResourceKind[Resource], query: ListQuery
) -> tuple[list[Resource], bool]:
    """Return one page, newest first, and whether there are more."""
    newest_first = OrderedQuery(after=query.after, limit=query.limit, order="desc")
    async with database.read() as connection:
        rows, more = await page(connection, personal_things, newest_first, visible(owner, kind.name))
    return [serialize(row, owner, kind) for row in rows], more


async def change(
    database: Database, owner: Owner, kind: ResourceKind[Resource], resource_id: str, given: Json
) -> Resource:
    """Change the fields that are given. Raises `NotFound`, or `PermissionDenied` for another person's."""
    async with database.write() as connection:
        row = await _find_mine(connection, owner, kind, resource_id)
        await _check_references(connection, owner, given)
        data = merged({**kind.defaults(), **row.data}, given)
        statement = update(personal_things).where(_columns.id == row.id).returning(personal_things)
        changed = await connection.execute(
            statement.values(data=data, shared=data.get("shared", False), updated_at=_now())
        )
        return serialize(changed.one(), owner, kind)


async def remove(database: Database, owner: Owner, kind: ResourceKind[Any], resource_id: str) -> None:
    """Remove a resource. Raises `NotFound`, or `PermissionDenied` for another person's."""
    async with database.write() as connection:
        row = await _find_mine(connection, owner, kind, resource_id)
        await connection.execute(delete(personal_things).where(_columns.id == row.id))


async def erase(database: Database, user: str) -> None:
    """Remove what somebody kept who was removed; what was shared becomes the project's."""
    theirs = _columns.user == user
    async with database.write() as connection:
        await connection.execute(update(personal_things).where(theirs, _columns.shared).values(user=""))
        await connection.execute(delete(personal_things).where(theirs))


def merged(old: Json, given: Json) -> Json:
    """Return data with what is given; of `settings`, too, what is left out stays."""
    settings = {**old.get("settings", {}), **given.get("settings", {})}
    return {**old, **given, **({"settings": settings} if settings else {})}


def serialize(row: Row[Any], owner: Owner, kind: ResourceKind[Resource]) -> Resource:
    """Return a resource as clients see it."""
    return kind.serialize(row, {**kind.defaults(), **row.data}, row.user == owner.user)


async def _find(
    connection: Connection, owner: Owner, kind: ResourceKind[Any], resource_id: str, *, lock: bool = False
) -> Row[Any]:
    statement = select(personal_things).where(_columns.id == resource_id, visible(owner, kind.name))
    found = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if found is None:
        raise NotFound(f"No {kind.name} with id {resource_id[:100]!r} was found.", param=f"{kind.name}_id")
    return found


async def _find_mine(connection: Connection, owner: Owner, kind: ResourceKind[Any], resource_id: str) -> Row[Any]:
    # Locked: two changes at once must both be kept.
    row = await _find(connection, owner, kind, resource_id, lock=True)
    if row.user != owner.user:
        raise PermissionDenied(
            f"This {kind.name} is another person's, who shares it to be read. Make a copy and change that."
        )
    return row


async def _check_references(connection: Connection, owner: Owner, data: Json) -> None:
    """Raise `NotFound` for an assistant or a collection that this person cannot see."""
    if data.get("assistant_id") is not None:
        await _find(connection, owner, ASSISTANT, data["assistant_id"])
    wanted: list[str] = data.get("vector_store_ids") or []
    there = await searchable(connection, owner, wanted)
    for place, each in enumerate(wanted):
        if each not in there:
            error = no_store(each)
            error.param = f"vector_store_ids[{place}]"
            raise error


def _now() -> int:
    return time.time_ns() // 1_000_000
