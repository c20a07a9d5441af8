"""The batches of one installation: begun, found, cancelled, removed. A project sees only its own."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.batches.dialect import BatchDialect
from earthshine.batches.lines import MOST_BYTES
from earthshine.batches.results import remove_leftovers
from earthshine.batches.tables import batches
from earthshine.database import Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.files.objects import File
from earthshine.files.store import Files
from earthshine.ids import new_id
from earthshine.periodic import Periodic
from earthshine.runs import NewRun, Runs
from earthshine.runs.store import remove_runs
from earthshine.wire.pagination import ListQuery, OrderedQuery, page

KIND = "batch"
UNFINISHED = ("validating", "in_progress", "finalizing", "cancelling")
_WINDOW = 86_400
"""Seconds in which a batch is to be done."""
_LOOK_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be begun."""

    dialect: str
    endpoint: str
    input_file_id: str
    metadata: dict[str, str] | None = None
    output_expires_after: dict[str, Any] | None = None


class Batches:
    """Rows of batches; their runs do the work."""

    def __init__(self, database: Database, files: Files, runs: Runs) -> None:
        self._database, self._files, self._runs = database, files, runs
        self.privacy = Privacy(database, batches, not_found)
        self.dialects: dict[str, BatchDialect] = {}
        self.sweeping = Periodic("removing results that are in files", self._sweep, _LOOK_SECONDS, first=0)

    def add_dialect(self, dialect: BatchDialect) -> None:
        """Have batches of another API performed too."""
        self.dialects[dialect.name] = dialect

    async def create(self, new: NewBatch, caller: Caller) -> Row[Any]:
        """Begin a batch, and return its row. Raises `NotFound` and `InvalidRequest` for a file that cannot be one."""
        _check_file(await self._files.get(new.input_file_id, caller.project))
        owner, now = Owner.of(caller), int(time.time())
        values: dict[str, Any] = {
            "id": new_id(new.dialect),
            "project": owner.project,
            "user": owner.user,
            "dialect": new.dialect,
            "created_at": now,
            "expires_at": now + _WINDOW,
            "endpoint": new.endpoint,
            "input_file_id": new.input_file_id,
            "output_expires_after": new.output_expires_after,
            "metadata": new.metadata,
            "status": "validating",
        }
        async with self._database.write() as connection:
            made = (await connection.execute(insert(batches).values(values).returning(*batches.c))).one()
            await self._runs.queue(connection, NewRun(KIND, caller, id=made.id))
        self._runs.wake()
        return made

    async def get(self, batch_id: str, project: str, dialect: str) -> Row[Any]:
        """Return a batch of an API. Raises `NotFound`."""
        query = select(batches).where(batches.c.id == batch_id, batches.c.project == project)
        async with self._database.read() as connection:
            found = (await connection.execute(query.where(batches.c.dialect == dialect))).one_or_none()
        if found is None:
            raise not_found(batch_id)
        return found

    async def page(self, owner: Owner, query: ListQuery, dialect: str) -> tuple[Sequence[Row[Any]], bool]:
        """List the batches of an API that this owner reaches, newest first, and say whether there are more."""
        newest = OrderedQuery.model_construct(after=query.after, limit=query.limit, order="desc")
        async with self._database.read() as connection:
            return await page(connection, batches, newest, owner.reaches(batches), batches.c.dialect == dialect)

    async def cancel(self, batch_id: str, project: str, dialect: str) -> Row[Any]:
        """Have a batch stopped, and return its row; what is done is kept. Raises `NotFound` and `Conflict`."""
        await self.get(batch_id, project, dialect)
        this, now = batches.c.id == batch_id, int(time.time())
        running = this & batches.c.status.in_(("validating", "in_progress"))
        async with self._database.write() as connection:
            await connection.execute(update(batches).where(running).values(status="cancelling", cancelling_at=now))
            row = (await connection.execute(select(batches).where(this))).one()
        if row.status == "cancelling":
            await self._runs.request_stop(batch_id)
        elif row.status != "cancelled":
            raise Conflict(f"The batch is {row.status}, and cannot be cancelled any more.", param="batch_id")
        return row

    async def delete(self, batch_id: str, project: str, dialect: str) -> None:
        """Forget a batch that has ended; its files stay. Raises `NotFound` and `Conflict`."""
        if (await self.get(batch_id, project, dialect)).status in UNFINISHED:
            raise Conflict("The batch has not ended. Cancel it first.", param="batch_id")
        await self._remove([batch_id])

    async def erase(self, user: str) -> None:
        """Stop and forget all batches of a person who was removed; a service account's are the project's."""
        if is_person(user):
            await self._stop(batches.c.user == user)
            async with self._database.read() as connection:
                ids = list(await connection.scalars(select(batches.c.id).where(batches.c.user == user)))
            await self._remove(ids)

    async def stop_all(self, projects: Collection[str]) -> None:
        """Stop every batch of these projects."""
        await self._stop(batches.c.project.in_(projects))

    async def _stop(self, which: ColumnElement[bool]) -> None:
        running = which & batches.c.status.in_(UNFINISHED)
        async with self._database.read() as connection:
            ids = list(await connection.scalars(select(batches.c.id).where(running)))
        for batch_id in ids:
            await self._runs.request_stop(batch_id)

    async def _remove(self, ids: Sequence[str]) -> None:
        if ids:
            async with self._database.write() as connection:
                await remove_runs(connection, ids)
                await connection.execute(delete(batches).where(batches.c.id.in_(ids)))
            self.sweeping.soon()

    async def _sweep(self) -> None:
        await remove_leftovers(self._database)


def _check_file(file: File) -> None:
    if file["purpose"] != "batch":
        raise InvalidRequest(
            f"The file was sent for {file['purpose']!r}. Send it again with the purpose 'batch'.", param="input_file_id"
        )
    if file["bytes"] > MOST_BYTES:
        raise InvalidRequest(
            f"An input file may have {MOST_BYTES} bytes, not {file['bytes']}. Make several batches of it.",
            param="input_file_id",
        )


def not_found(batch_id: str) -> NotFound:
    """The error for an id that is unknown, or another project's."""
    return NotFound(f"No batch with id {batch_id[:100]!r} was found.", param="batch_id")
