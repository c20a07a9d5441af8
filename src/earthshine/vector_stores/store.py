"""Vector stores at rest: made, listed, changed, and what a change of their passages is numbered by."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Table, delete, func, insert, literal, select, update

from earthshine.accounts.authorization.ownership import Owner, is_person
from earthshine.accounts.people.tables import users
from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.errors import Conflict, NotFound
from earthshine.ids import new_id
from earthshine.runs.store import remove_runs
from earthshine.vector_stores.schemas import PageQuery, StoreCreate, StoreUpdate
from earthshine.vector_stores.tables import passages, removed_passages, vector_store_files, vector_stores

_DAY = 86_400
_AT_ONCE = 20
"""Stores that one transaction changes."""


def not_found(store_id: str) -> NotFound:
    """The error for an id that is unknown, or another project's."""
    return NotFound(f"No vector store with id {store_id[:100]!r} was found.", param="vector_store_id")


def require_alive(row: Row[Any]) -> None:
    """Raise `Conflict` for a store that has expired."""
    if row.expired or (row.expires_at is not None and row.expires_at <= time.time()):
        raise Conflict(
            f"The vector store {row.id} has expired: its passages are gone. Make a new one of the same files.",
            code="vector_store_expired",
            param="vector_store_id",
        )


async def add_store(connection: Connection, owner: Owner, body: StoreCreate) -> Row[Any]:
    """Make a store without files."""
    now = int(time.time())
    days = body.expires_after.days if body.expires_after else None
    row: dict[str, Any] = {
        "id": new_id("vs"),
        "project": owner.project,
        "user": owner.user,
        "created_at": now,
        "name": body.name,
        "description": body.description,
        "metadata": body.metadata,
        "expires_days": days,
        "last_active_at": now,
        "expires_at": None if days is None else now + days * _DAY,
        "shared": body.shared,
    }
    made = await connection.execute(insert(vector_stores).values(row).returning(*vector_stores.c))
    return made.one()


async def get_store(connection: Connection, store_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    """Return a store's row. Raises `NotFound`."""
    query = select(vector_stores).where(vector_stores.c.id == store_id, vector_stores.c.project == project)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise not_found(store_id)
    return row


async def searchable(connection: Connection, owner: Owner, store_ids: Sequence[str]) -> list[str]:
    """Return those of some stores that this owner may search, and that have not expired, in their order."""
    if not store_ids:
        return []
    stores = vector_stores.c
    alive = ~stores.expired & (stores.expires_at.is_(None) | (stores.expires_at > time.time()))
    mine = owner.reaches(vector_stores, stores.shared) & stores.id.in_(store_ids) & alive
    there = set(await connection.scalars(select(stores.id).where(mine)))
    return [each for each in store_ids if each in there]


async def change_store(connection: Connection, store_id: str, project: str, body: StoreUpdate) -> Row[Any]:
    """Change what is given. Raises `NotFound`, and `Conflict` for a store that has expired."""
    row = await get_store(connection, store_id, project, lock=True)
    require_alive(row)
    now, given = int(time.time()), body.model_fields_set
    values: dict[str, Any] = {"last_active_at": now}
    days = row.expires_days
    if "name" in given:
        values["name"] = body.name or ""
    if "description" in given:
        values["description"] = body.description
    if "metadata" in given:
        values["metadata"] = body.metadata or {}
    if "shared" in given:
        values["shared"] = body.shared
    if "expires_after" in given:
        values["expires_days"] = days = body.expires_after.days if body.expires_after else None
    values["expires_at"] = None if days is None else now + days * _DAY
    changed = update(vector_stores).where(vector_stores.c.id == store_id).values(**values)
    return (await connection.execute(changed.returning(*vector_stores.c))).one()


async def used(connection: Connection, row: Row[Any]) -> None:
    """Note that a store is used now, once a minute at most."""
    now = int(time.time())
    if row.last_active_at <= now - 60:
        expires = None if row.expires_days is None else now + row.expires_days * _DAY
        this = (vector_stores.c.id == row.id) & ~vector_stores.c.expired
        await connection.execute(update(vector_stores).where(this).values(last_active_at=now, expires_at=expires))


async def change_some(
    database: Database, which: ColumnElement[bool], work: Callable[[Connection, str], Awaitable[object]]
) -> int:
    """Do something to some stores in one transaction; returns to how many: none once it is done to all."""
    async with database.write() as connection:
        query = select(vector_stores.c.id).where(which).order_by(vector_stores.c.id).limit(_AT_ONCE)
        ids = list(await connection.scalars(query.with_for_update()))
        for store_id in ids:
            await work(connection, store_id)
    return len(ids)


async def remove_store(connection: Connection, store_id: str) -> None:
    """Remove a store with all that it has; runs that are at work on it find themselves gone, and end."""
    at_work = select(vector_store_files.c.run_id).where(vector_store_files.c.vector_store_id == store_id)
    await remove_runs(connection, list(await connection.scalars(at_work)))
    await connection.execute(delete(passages).where(passages.c.vector_store_id == store_id))
    await connection.execute(delete(vector_stores).where(vector_stores.c.id == store_id))


async def expire_store(connection: Connection, store_id: str) -> None:
    """Let a store's passages go; which files it had can still be listed."""
    await remove_passages(connection, store_id, None)
    await connection.execute(
        update(vector_store_files).where(vector_store_files.c.vector_store_id == store_id).values(bytes=0, passages=0)
    )
    await connection.execute(update(vector_stores).where(vector_stores.c.id == store_id).values(expired=True))


# --- what the files come to ------------------------------------------------------------------------------------------

Sums = tuple[Mapping[str, int], int]
"""How many files are in which state, and the bytes of all."""


async def sums_of(connection: Connection, store_ids: Collection[str]) -> dict[str, Sums]:
    """Return what the files of some stores come to."""
    files = vector_store_files
    query = (
        select(files.c.vector_store_id, files.c.status, func.count(), func.sum(files.c.bytes))
        .where(among(connection, files.c.vector_store_id, store_ids))
        .group_by(files.c.vector_store_id, files.c.status)
    )
    found: dict[str, tuple[dict[str, int], int]] = {each: ({}, 0) for each in store_ids}
    for store_id, status, count, size in await connection.execute(query):
        by_status, total = found[store_id]
        found[store_id] = ({**by_status, status: count}, total + int(size or 0))
    return dict(found)


async def owner_names(connection: Connection, rows: Sequence[Row[Any]], owner: Owner) -> dict[str, str]:
    """Return the names of the other people whose some stores are, by their ids."""
    others = {row.user for row in rows if row.user != owner.user and is_person(row.user)}
    if not others:
        return {}
    found = await connection.execute(select(users.c.id, users.c.name, users.c.email).where(users.c.id.in_(others)))
    return {row.id: row.name or row.email for row in found}


# --- changes ---------------------------------------------------------------------------------------------------------


async def next_change(connection: Connection, store_id: str) -> int | None:
    """Return the number of a change of a store's passages; None when the store is gone.

    The store's row is held until the transaction ends, so that changes are seen in the order of their numbers.
    """
    counted = update(vector_stores).where(vector_stores.c.id == store_id).values(change=vector_stores.c.change + 1)
    return (await connection.execute(counted.returning(vector_stores.c.change))).scalar_one_or_none()


async def take_numbers(connection: Connection, store_id: str, column: str, count: int) -> int | None:
    """Return the first of `count` numbers of passages or files that were never given; None when the store is gone."""
    made = vector_stores.c[column]
    taken = update(vector_stores).where(vector_stores.c.id == store_id).values({column: made + count})
    total = (await connection.execute(taken.returning(made))).scalar_one_or_none()
    return None if total is None else total - count


async def remove_passages(connection: Connection, store_id: str, file_ids: Sequence[str] | None) -> None:
    """Remove the passages of some files, or of all, and keep in mind which, for the indexes."""
    change = await next_change(connection, store_id)
    if change is None:
        return
    which = passages.c.vector_store_id == store_id
    if file_ids is not None:
        which &= among(connection, passages.c.file_id, file_ids)
    await forget(connection, which, change)
    await connection.execute(delete(passages).where(which))


async def forget(connection: Connection, which: ColumnElement[bool], change: int) -> None:
    """Keep in mind that passages, which the caller removes, are gone since this change."""
    gone = select(passages.c.vector_store_id, passages.c.id, literal(change, BigInteger)).where(
        which, passages.c.change.is_not(None)
    )
    await connection.execute(insert(removed_passages).from_select(["vector_store_id", "id", "change"], gone))


# --- pages -----------------------------------------------------------------------------------------------------------


async def page_by(
    connection: Connection, table: Table, column: Any, query: PageQuery, after: Any, before: Any, *where: Any
) -> tuple[Sequence[Row[Any]], bool]:
    """Return one page of a table's rows in the order of `column`, and whether there are more in that direction.

    `after`, `before`: the values of `column` that the page follows, or ends before; None for no such bound.
    """
    rising = query.order == "asc"
    rows = select(table).where(*where)
    if after is not None:
        rows = rows.where(column > after if rising else column < after)
    if before is not None:
        rows = rows.where(column < before if rising else column > before)
    backwards = before is not None and after is None
    rows = rows.order_by(column if rising != backwards else column.desc()).limit(query.limit + 1)
    found = list((await connection.execute(rows)).all())
    more = len(found) > query.limit
    found = found[: query.limit]
    return (found[::-1] if backwards else found), more
