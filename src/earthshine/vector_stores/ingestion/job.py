"""What one run of ingestion is to do, and whether it still may."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from earthshine.database import Connection, Database
from earthshine.errors import Conflict
from earthshine.runs import Run
from earthshine.vector_stores.tables import passages, vector_store_files


class Superseded(Conflict):
    """Another run ingests this file now, or the file is gone from the store."""

    default_code = "superseded"


class Job:
    """A file of a store, as the run knows it that ingests it."""

    def __init__(self, run: Run) -> None:
        given = run.record.input or {}
        self.run, self.who = run, run.record.caller
        self.store_id: str = given["vector_store_id"]
        self.file_id: str = given["file_id"]
        self.refreshes: bool = given.get("refresh", False)
        """Whether the file is searchable meanwhile, as it was before."""
        self.this = (vector_store_files.c.vector_store_id == self.store_id) & (
            vector_store_files.c.file_id == self.file_id
        )
        self.passages = (passages.c.vector_store_id == self.store_id) & (passages.c.file_id == self.file_id)
        self._held: bool | None = None

    async def row(self, database: Database) -> Row[Any]:
        """Return the file's row. Raises `Superseded` when it is another run's."""
        async with database.read() as connection:
            row = (await connection.execute(select(vector_store_files).where(self.this))).one_or_none()
        if row is None or row.run_id != self.run.id:
            raise Superseded(_MESSAGE)
        return row

    async def hold(self, connection: Connection) -> Row[Any] | None:
        """Return the file's row, held until the transaction ends; None when it is another run's."""
        query = select(vector_store_files).where(self.this, vector_store_files.c.run_id == self.run.id)
        row = (await connection.execute(query.with_for_update())).one_or_none()
        self._held = row is not None
        return row

    async def stored(self) -> None:
        """Wait until all so far is stored: what is made is not to run ahead of that. Raises `Superseded`."""
        await self.run.stream.record(urgent=True)
        if self._held is False:
            raise Superseded(_MESSAGE)

    async def is_staged(self, connection: Connection, number: int) -> bool:
        """Tell whether a passage of the file is stored that is not to be seen yet."""
        query = select(passages.c.id).where(self.passages, passages.c.number == number, passages.c.change.is_(None))
        return (await connection.execute(query.limit(1))).first() is not None


_MESSAGE = "Another run ingests this file now, or it is gone from the store."
