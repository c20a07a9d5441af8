"""The files of vector stores at rest, and batches of them: added, listed, changed, cancelled, taken out."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner, of_a_person
from earthshine.database import Connection
from earthshine.database.dialects import among
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.store import Files
from earthshine.ids import new_id
from earthshine.runs import NewRun, Runs
from earthshine.runs.store import remove_runs
from earthshine.vector_stores.schemas import FileAdd, FilePageQuery
from earthshine.vector_stores.serialize import shown_chunking
from earthshine.vector_stores.store import next_change, page_by, remove_passages, take_numbers
from earthshine.vector_stores.tables import file_batch_files, file_batches, passages, vector_store_files, vector_stores

KIND = "ingestion"
MOST_FILES = 100_000
"""Files of one store."""

table = vector_store_files


@dataclass(frozen=True, slots=True)
class Ingestions:
    """What has files ingested: their rows, and the runs that do it."""

    files: Files
    runs: Runs

    async def add(
        self,
        connection: Connection,
        store_id: str,
        additions: Sequence[FileAdd],
        who: Caller,
        path: str = "file_ids[{}]",
    ) -> None:
        """Add files to a store, or ingest them again that it has; begins when the transaction is committed.

        Each that is named twice counts as it is named last. Raises `NotFound` for a file that this caller does not
        reach, named by `path` and its place; and `InvalidRequest` when the store would have too many, or when the
        project's files and passages take all the room that it has.
        """
        wanted = {each.file_id: each for each in additions}
        known = await self.files.reachable(connection, list(wanted), Owner.of(who))
        for index, each in enumerate(additions):
            if each.file_id not in known:
                raise NotFound(f"No file with id {each.file_id[:100]!r} was found.", param=path.format(index))
        # From here on the store's row is held, so that of two requests for the same file one comes first.
        first = await take_numbers(connection, store_id, "files_made", len(wanted))
        if first is None:
            raise NotFound(f"No vector store with id {store_id[:100]!r} was found.", param="vector_store_id")
        await self._check_storage(connection, who.project)
        there = {row.file_id: row for row in await self._rows(connection, store_id, list(wanted))}
        await self._check_room(connection, store_id, len(wanted) - len(there))
        new: list[dict[str, Any]] = []
        for place, each in enumerate(wanted.values()):
            run_id = await self._queue(connection, store_id, each.file_id, who)
            values = {
                "status": "in_progress",
                "error": None,
                "attributes": each.attributes,
                "chunking": shown_chunking(each.chunking_strategy),
                "run_id": run_id,
                "caller": who.dump(),
            }
            if each.file_id in there:
                await self._supersede(connection, there[each.file_id], values)
            else:
                key = {"vector_store_id": store_id, "file_id": each.file_id}
                new.append({**key, "number": first + place, "created_at": int(time.time()), **values})
        if new:
            await connection.execute(insert(table), new)
        await next_change(connection, store_id)
        self.runs.wake()

    async def refresh(self, connection: Connection, row: Row[Any]) -> None:
        """Ingest a file again whose text, or the model that makes its vectors, is another; until then it stays."""
        who = Caller.load(row.caller)
        run_id = await self._queue(connection, row.vector_store_id, row.file_id, who, refresh=row.status == "completed")
        status = "completed" if row.status == "completed" else "in_progress"
        await self._supersede(connection, row, {"run_id": run_id, "status": status, "error": None})
        self.runs.wake()

    async def remove(self, connection: Connection, store_id: str, file_ids: Sequence[str]) -> int:
        """Take files out of a store with their passages; returns how many were in it."""
        await remove_passages(connection, store_id, file_ids)
        rows = await self._rows(connection, store_id, file_ids)
        ids = [row.run_id for row in rows]
        self.runs.live.request_stop(ids)
        await remove_runs(connection, ids)
        await connection.execute(delete(table).where(_among(connection, store_id, file_ids)))
        return len(rows)

    async def cancel(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        """Stop the ingestion of files; what they had before stays."""
        for row in rows:
            await self._supersede(connection, row, {"status": "cancelled", "run_id": new_id("run"), "error": None})

    async def _queue(
        self, connection: Connection, store_id: str, file_id: str, who: Caller, *, refresh: bool = False
    ) -> str:
        given = {"vector_store_id": store_id, "file_id": file_id, "refresh": refresh}
        return await self.runs.queue(connection, NewRun(KIND, who, given))

    async def _supersede(self, connection: Connection, row: Row[Any], values: dict[str, Any]) -> None:
        """Name another run in a file's row: the one before finds that nothing more is stored for it, and ends."""
        this = (table.c.vector_store_id == row.vector_store_id) & (table.c.file_id == row.file_id)
        await connection.execute(update(table).where(this).values(**values))
        await drop_staged(connection, row.vector_store_id, row.file_id)
        self.runs.live.request_stop([row.run_id])

    async def _check_room(self, connection: Connection, store_id: str, more: int) -> None:
        query = select(func.count()).where(table.c.vector_store_id == store_id)
        there = (await connection.execute(query)).scalar_one()
        if there + more > MOST_FILES:
            raise InvalidRequest(
                f"A vector store may have {MOST_FILES} files, and would have {there + more}. Make another.",
                param="file_ids",
            )

    async def _check_storage(self, connection: Connection, project: str) -> None:
        of_project = select(vector_stores.c.id).where(vector_stores.c.project == project)
        query = select(func.coalesce(func.sum(table.c.bytes), 0)).where(table.c.vector_store_id.in_(of_project))
        size = int((await connection.execute(query)).scalar_one())
        self.files.blobs.check_quota(await self.files.blobs.used(connection, project) + size)

    async def _rows(self, connection: Connection, store_id: str, file_ids: Collection[str]) -> Sequence[Row[Any]]:
        return (await connection.execute(select(table).where(_among(connection, store_id, file_ids)))).all()


def open_to_all(file_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a file is in a store that all people of its project may search."""
    in_store = select(table.c.file_id).join(vector_stores, vector_stores.c.id == table.c.vector_store_id)
    return in_store.where(table.c.file_id == file_id, vector_stores.c.shared | ~of_a_person(vector_stores)).exists()


async def drop_staged(connection: Connection, store_id: str, file_id: str) -> None:
    """Remove the passages of an ingestion that was not finished."""
    staged = (passages.c.vector_store_id == store_id) & (passages.c.file_id == file_id) & passages.c.change.is_(None)
    await connection.execute(delete(passages).where(staged))


async def get_file(connection: Connection, store_id: str, file_id: str, *, lock: bool = False) -> Row[Any]:
    """Return a file of a store. Raises `NotFound`."""
    query = select(table).where(table.c.vector_store_id == store_id, table.c.file_id == file_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFound(f"The vector store has no file with id {file_id[:100]!r}.", param="file_id")
    return row


async def set_attributes(connection: Connection, store_id: str, file_id: str, attributes: Any) -> Row[Any]:
    """Replace a file's attributes. Raises `NotFound`."""
    this = (table.c.vector_store_id == store_id) & (table.c.file_id == file_id)
    changed = update(table).where(this).values(attributes=attributes).returning(*table.c)
    row = (await connection.execute(changed)).one_or_none()
    if row is None:
        raise NotFound(f"The vector store has no file with id {file_id[:100]!r}.", param="file_id")
    # Filters are asked of attributes that are held in memory, as long as there is no change.
    await next_change(connection, store_id)
    return row


async def page_files(
    connection: Connection, store_id: str, query: FilePageQuery, batch_id: str | None = None
) -> tuple[Sequence[Row[Any]], bool]:
    """Return one page of a store's files, or of a batch's, in the order in which they were added."""
    where = [table.c.vector_store_id == store_id]
    if query.filter is not None:
        where.append(table.c.status == query.filter)
    if batch_id is not None:
        of_batch = select(file_batch_files.c.file_id).where(file_batch_files.c.batch_id == batch_id)
        where.append(table.c.file_id.in_(of_batch))
    bounds: list[int | None] = []
    for name in ("after", "before"):
        file_id = getattr(query, name)
        bounds.append(None if file_id is None else await _number(connection, store_id, file_id, name))
    return await page_by(connection, table, table.c.number, query, *bounds, *where)


async def _number(connection: Connection, store_id: str, file_id: str, name: str) -> int:
    query = select(table.c.number).where(table.c.vector_store_id == store_id, table.c.file_id == file_id)
    number = (await connection.execute(query)).scalar_one_or_none()
    if number is None:
        raise InvalidRequest(f"The vector store has no file with id {file_id[:100]!r}.", param=name)
    return number


# --- batches ---------------------------------------------------------------------------------------------------------


async def add_batch(connection: Connection, store_id: str, file_ids: Collection[str]) -> str:
    """Make a batch of files of a store; returns its id."""
    row = {"id": new_id("vsfb"), "vector_store_id": store_id, "created_at": int(time.time())}
    await connection.execute(insert(file_batches).values(row))
    rows = [{"batch_id": row["id"], "file_id": file_id} for file_id in dict.fromkeys(file_ids)]
    await connection.execute(insert(file_batch_files), rows)
    return str(row["id"])


async def get_batch(connection: Connection, store_id: str, batch_id: str) -> tuple[Row[Any], dict[str, int]]:
    """Return a batch, and how many of its files are in which state. Raises `NotFound`."""
    query = select(file_batches).where(file_batches.c.id == batch_id, file_batches.c.vector_store_id == store_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"The vector store has no file batch with id {batch_id[:100]!r}.", param="batch_id")
    by_status = (
        select(table.c.status, func.count())
        .join(file_batch_files, file_batch_files.c.file_id == table.c.file_id)
        .where(file_batch_files.c.batch_id == batch_id, table.c.vector_store_id == store_id)
        .group_by(table.c.status)
    )
    return row, {each[0]: each[1] for each in await connection.execute(by_status)}


async def cancel_batch(connection: Connection, store_id: str, batch_id: str, ingestions: Ingestions) -> None:
    """Stop the ingestion of the files of a batch that are not done. Raises `NotFound`."""
    await get_batch(connection, store_id, batch_id)
    of_batch = select(file_batch_files.c.file_id).where(file_batch_files.c.batch_id == batch_id)
    going_on = (
        select(table)
        .where(table.c.vector_store_id == store_id, table.c.file_id.in_(of_batch), table.c.status == "in_progress")
        .with_for_update()
    )
    rows = (await connection.execute(going_on)).all()
    await ingestions.cancel(connection, rows)
    if rows:
        await connection.execute(update(file_batches).where(file_batches.c.id == batch_id).values(cancelled=True))


def _among(connection: Connection, store_id: str, file_ids: Collection[str]) -> Any:
    return (table.c.vector_store_id == store_id) & among(connection, table.c.file_id, file_ids)
