"""What is to be added to an index: the rows of a store that changed since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select, union_all

from earthshine.database import Connection
from earthshine.vector_stores.tables import passages, removed_passages, vector_store_files, vector_stores

_AT_ONCE = 4_000
"""Passages that are added at once, about; those of one change always are."""


class Changes(NamedTuple):
    """Some changes of a store that follow each other."""

    upto: int
    """The last of them."""
    added: Sequence[Any]
    """Rows with `id`, `heading`, `text`, `vector`, `file`, and whether the vector `fits`."""
    removed: Sequence[int]
    forgotten: bool
    """Whether more was removed than is known, so that the index has to begin anew."""


async def next_changes(connection: Connection, store_id: str, after: int, embedding: str) -> Changes | None:
    """Return what comes after a change, not too much at once; None when there is nothing.

    `embedding`: what made the vectors that the index takes.
    """
    upto = await _upto(connection, store_id, after)
    if upto is None:
        return None
    added = await _added(connection, store_id, after, upto, embedding)
    # Nothing that is gone is in a new index.
    removed = await _removed(connection, store_id, after, upto) if after else []
    # Asked last: on PostgreSQL each statement sees what was committed by then.
    forgotten = await connection.scalar(select(vector_stores.c.forgotten).where(vector_stores.c.id == store_id))
    return Changes(upto, added, removed, 0 < after < (forgotten or 0))


async def _upto(connection: Connection, store_id: str, after: int) -> int | None:
    """Return the change up to which not too much is to be added at once; None when there is nothing."""
    current = select(vector_stores.c.change).where(vector_stores.c.id == store_id)
    last = (await connection.execute(current)).scalar_one_or_none()
    if last is None or last <= after:
        return None
    either = union_all(
        *(
            select(table.c.change)
            .where(table.c.vector_store_id == store_id, table.c.change > after)
            .order_by(table.c.change)
            .limit(_AT_ONCE)
            .subquery()
            .select()
            for table in (passages, removed_passages)
        )
    ).subquery()
    rows = select(either.c.change, func.count()).group_by(either.c.change).order_by(either.c.change)
    total, upto = 0, after
    for change, count in await connection.execute(rows):
        if total and total + count > _AT_ONCE:
            return upto
        total, upto = total + count, change
        if total >= _AT_ONCE:
            return upto
    # Changes without passages count too.
    return last


async def _added(connection: Connection, store_id: str, after: int, upto: int, embedding: str) -> Sequence[Any]:
    files = vector_store_files
    query = (
        select(
            passages.c.id,
            passages.c.heading,
            passages.c.text,
            passages.c.vector,
            files.c.number.label("file"),
            (files.c.embedding == embedding).label("fits"),
        )
        .join(
            files,
            (files.c.vector_store_id == passages.c.vector_store_id) & (files.c.file_id == passages.c.file_id),
        )
        .where(passages.c.vector_store_id == store_id, passages.c.change > after, passages.c.change <= upto)
    )
    return (await connection.execute(query)).all()


async def _removed(connection: Connection, store_id: str, after: int, upto: int) -> list[int]:
    removed = removed_passages
    query = select(removed.c.id).where(
        removed.c.vector_store_id == store_id, removed.c.change > after, removed.c.change <= upto
    )
    return list(await connection.scalars(query))
