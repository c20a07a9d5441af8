"""The service: has files read, once each, and returns what they say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from sqlalchemy import Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database, insert_new
from earthshine.documents.document import BETWEEN
from earthshine.documents.errors import REASONS
from earthshine.documents.reading.run import KIND, ReadingRuns
from earthshine.documents.store import forget_parts, lock
from earthshine.documents.tables import document_parts, documents
from earthshine.errors import InvalidRequest, Unavailable
from earthshine.files.store import Files, not_found
from earthshine.files.tables import files
from earthshine.ids import new_id
from earthshine.runs import NewRun, Runs
from earthshine.runs.store import remove_runs

_LOOK_SECONDS = (0.05, 0.1, 0.2, 0.5)
"""Between two looks at whether a file is read, by whichever server."""


class Unread(InvalidRequest):
    """The text of a file cannot be had; `code` says why, the message what to do."""


class Documents:
    """What files say. Who may see it, `Files.privacy` says."""

    def __init__(self, database: Database, files: Files, runs: Runs, kind: ReadingRuns) -> None:
        self.files = files
        self.on_read = kind.on_read
        """Told in the transaction in which the last part of a file is stored, by its id."""
        self._database, self._runs = database, runs

    # --- reading -----------------------------------------------------------------------------------------------------

    async def begin(self, file_id: str, *, again: bool = False) -> Row[Any]:
        """Have a file read that is not read, or could not be; with `again`, in any case. Returns the document's row.

        Raises `NotFound`.
        """
        async with self._database.write() as connection:
            await self.queue(connection, file_id, again=again)
            row = await lock(connection, file_id)
        assert row is not None
        return row

    async def queue(self, connection: Connection, file_id: str, *, again: bool = False, failed: bool = True) -> None:
        """Have a file read when the caller's transaction is committed, unless it is read, or being read.

        `failed`: also when it could not be read before. `again`: also when it is read. Raises `NotFound`.
        """
        query = select(files).where(files.c.id == file_id).with_for_update(key_share=True)
        file = (await connection.execute(query)).one_or_none()
        if file is None:
            raise not_found(file_id)
        run_id = new_id("run")
        values = {"file_id": file_id, "run_id": run_id, "state": "queued", "began_at": int(time.time())}
        if (await connection.execute(insert_new(connection, documents).values(**values))).rowcount == 0:
            row = await lock(connection, file_id)
            assert row is not None
            if row.state in ("queued", "reading") or not (again or (failed and row.state == "failed")):
                return
            await forget_parts(connection, file_id, run_id)
        await self.files.set_status(connection, file_id, "uploaded")
        caller = Caller("", file.project, user=file.user)
        await self._runs.queue(connection, NewRun(KIND, caller, {"file_id": file_id}, id=run_id))
        self._runs.wake()

    async def read(self, file_id: str, *, patience: float | None = None) -> Row[Any]:
        """Return the row of a document that is read; have it read first if it is not, and wait for that.

        Raises `NotFound`; `Unread` when it cannot be read; and `Unavailable` after `patience` seconds.
        """
        row = await self.find(file_id)
        if row is None or (row.state == "failed" and not is_final(row)):
            row = await self.begin(file_id)
        deadline = None if patience is None else time.monotonic() + patience
        looks = 0
        while row.state in ("queued", "reading"):
            if deadline is not None and time.monotonic() > deadline:
                raise Unavailable(
                    f"The file is still being read: {row.parts_read} of {row.parts or 'its'} parts are. Ask again.",
                    code="still_reading",
                    retry_after=2,
                )
            await asyncio.sleep(_LOOK_SECONDS[min(looks, len(_LOOK_SECONDS) - 1)])
            looks += 1
            row = await self.find(file_id)
            if row is None:
                raise not_found(file_id)
        if row.state == "failed":
            raise Unread(row.error["message"], code=row.error["code"])
        return row

    async def forget(self, connection: Connection, file_ids: Sequence[str]) -> None:
        """Stop the reading of files that are removed in this transaction, whose documents go with them."""
        query = select(documents.c.run_id).where(documents.c.file_id.in_(file_ids))
        ids = list(await connection.scalars(query))
        self._runs.live.request_stop(ids)
        await remove_runs(connection, ids)

    # --- what was read -----------------------------------------------------------------------------------------------

    async def find(self, file_id: str) -> Row[Any] | None:
        """Return a document's row; None for a file that nobody has had read."""
        async with self._database.read() as connection:
            query = select(documents).where(documents.c.file_id == file_id)
            return (await connection.execute(query)).one_or_none()

    async def parts(self, file_id: str, first: int, last: int | None, *, most: int = 50) -> Sequence[Row[Any]]:
        """Return the parts from number `first` to `last` that are read, `most` at most, in order."""
        query = select(document_parts).where(document_parts.c.file_id == file_id, document_parts.c.number >= first)
        if last is not None:
            query = query.where(document_parts.c.number <= last)
        async with self._database.read() as connection:
            return (await connection.execute(query.order_by(document_parts.c.number).limit(most))).all()

    async def all_parts(self, file_id: str, first: int = 0) -> AsyncGenerator[Row[Any]]:
        """Yield the parts that are read, in order, from number `first` on; few are in memory at once."""
        while some := await self.parts(file_id, first, None, most=16):
            for row in some:
                yield row
            first = some[-1].number + 1

    async def text(self, file_id: str, start: int = 0, end: int | None = None) -> str:
        """Return the canonical text from `start` up to and without `end`, in Unicode characters."""
        query = select(document_parts.c.start, document_parts.c.text).where(
            document_parts.c.file_id == file_id, document_parts.c.end >= start
        )
        if end is not None:
            query = query.where(document_parts.c.start <= end + len(BETWEEN))
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(document_parts.c.number))).all()
        if not rows:
            return ""
        shift = rows[0].start
        joined = BETWEEN.join(row.text for row in rows)
        before = start - shift
        if before < 0:
            # It begins in what stands before this part.
            joined, before = BETWEEN[before:] + joined, 0
        return joined[before : None if end is None else before + max(0, end - start)]


def is_final(row: Row[Any]) -> bool:
    """Return whether reading a file again would fail again, for all that is known of a document that failed."""
    return row.error["code"] in REASONS
