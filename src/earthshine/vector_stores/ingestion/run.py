"""The run that makes one file of a store searchable: it is read, cut into passages, embedded, and then shown whole.

Each step stages some passages with their vectors, and the last one shows all of them with one number of change, in the
place of those that the file had before. So nothing is embedded twice after it was stored, and a search sees all of a
file or nothing. Whoever supersedes a run names another in the file's row: nothing more is stored for the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update

from earthshine.database import Connection, Database
from earthshine.documents.documents import Documents
from earthshine.documents.tables import documents
from earthshine.errors import EarthshineError
from earthshine.harness.embedder import Embedder, Identity
from earthshine.runs import Cut, Done, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.vector_stores.ingestion.job import Job
from earthshine.vector_stores.ingestion.new_passages import NewPassage, in_groups
from earthshine.vector_stores.ingestion.vectors import Vectors, identity_for
from earthshine.vector_stores.serialize import chunking_of, last_error
from earthshine.vector_stores.store import forget, next_change, take_numbers
from earthshine.vector_stores.store_files import KIND, Ingestions, drop_staged
from earthshine.vector_stores.tables import passages, vector_store_files, vector_stores

_STEP = 64
"""Passages that one step embeds and stages."""


class IngestionRuns:
    """The kind of run that ingests one file."""

    name = KIND
    at_once = 3

    def __init__(self, database: Database, documents: Documents, embedder: Embedder, ingestions: Ingestions) -> None:
        self._database, self._documents, self._embedder = database, documents, embedder
        self._ingestions = ingestions
        self.on_change: Callable[[str], None] | None = None
        """Called with the id of a store whose passages have changed, once that is stored."""

    async def perform(self, run: Run) -> None:
        """Go on from the last passages that were staged."""
        job = Job(run)
        row = await job.row(self._database)
        document = await self._documents.read(job.file_id)
        plan = await run.step("plan", partial(self._plan, job, document.run_id))
        await job.stored()
        vectors: Vectors | None = None
        if plan["model"]:
            identity = Identity(plan["model"], plan["dimensions"])
            vectors = await Vectors.of_file(job, self._embedder, identity, row, self._database)
        count, size = 0, 0
        async for some in in_groups(self._documents, job.file_id, chunking_of(row.chunking), _STEP):
            done = await run.step("passages", partial(self._stage, job, some, vectors))
            await job.stored()
            count, size = done["passages"], size + done["bytes"]
            # Where the engine has gone, the rest waits for it with what has its vectors already.
            vectors = vectors if done.get("embedded", True) else None
        model = plan["model"] if vectors is not None else ""
        await run.step("show", partial(self._show, job, plan["reading"], model, count, size))
        await job.stored()
        if self.on_change is not None:
            self.on_change(job.store_id)

    # --- the steps ---------------------------------------------------------------------------------------------------

    async def _plan(self, job: Job, reading: str, _: StepRecord) -> Done:
        """Say what was read, and what makes the vectors; that becomes the store's own."""
        identity = await identity_for(job, self._embedder)
        model, dimensions = identity or ("", 0)

        async def write(connection: Connection) -> None:
            if identity is not None:
                this = vector_stores.c.id == job.store_id
                values = {"embedding": model, "dimensions": dimensions}
                await connection.execute(update(vector_stores).where(this).values(**values))
            await job.hold(connection)

        return Done({"reading": reading, "model": model, "dimensions": dimensions}, write=write)

    async def _stage(self, job: Job, some: Sequence[NewPassage], vectors: Vectors | None, _: StepRecord) -> Done:
        """Embed some passages and store them, not to be seen yet."""
        made = None if vectors is None else await vectors.make(some)
        count = some[-1].number + 1
        size = sum(each.size for each in some) + sum(map(len, made or ()))
        job.run.emit(orjson.dumps({"type": "ingestion.progress", "passages": count}))

        async def write(connection: Connection) -> None:
            first = await take_numbers(connection, job.store_id, "passages_made", len(some))
            if not await job.hold(connection) or first is None:
                return
            if await job.is_staged(connection, some[0].number):
                return  # a commit whose answer was lost, tried again
            rows = [
                {
                    "vector_store_id": job.store_id,
                    "id": first + place,
                    "file_id": job.file_id,
                    "number": each.number,
                    "start": each.start,
                    "end": each.end,
                    "part": each.part,
                    "label": each.label,
                    "heading": each.heading,
                    "text": each.text,
                    "vector": made[place] if made else None,
                    "change": None,
                }
                for place, each in enumerate(some)
            ]
            await connection.execute(insert(passages), rows)

        return Done({"passages": count, "bytes": size, "embedded": made is not None}, write=write)

    async def _show(self, job: Job, reading: str, model: str, count: int, size: int, _: StepRecord) -> Done:
        """Let the staged passages be seen, in the place of those that the file had."""

        async def write(connection: Connection) -> None:
            change = await next_change(connection, job.store_id)
            row = await job.hold(connection)
            if row is None or change is None:
                return
            if row.status == "completed" and not await job.is_staged(connection, 0):
                return  # a commit whose answer was lost, tried again
            read = select(documents.c.run_id).where(documents.c.file_id == job.file_id)
            if await connection.scalar(read) != reading:
                await self._ingestions.refresh(connection, row)  # it was read again meanwhile
                return
            before = job.passages & passages.c.change.is_not(None)
            await forget(connection, before, change)
            await connection.execute(delete(passages).where(before))
            await connection.execute(update(passages).where(job.passages).values(change=change))
            values = {"status": "completed", "error": None, "bytes": size, "passages": count, "embedding": model}
            await connection.execute(update(vector_store_files).where(job.this).values(**values))

        return Done({"passages": count}, write=write)

    # --- ends --------------------------------------------------------------------------------------------------------

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """No step has an effect outside."""
        raise NotImplementedError

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store the end, and why a file cannot be searched."""
        job = Job(run)

        async def write(connection: Connection) -> None:
            if status == "completed" or await job.hold(connection) is None:
                return
            shown = last_error(error.code, error.message) if error else None
            # What was searchable before stays so when it could not be made anew.
            kept = "completed" if job.refreshes else "failed" if status == "failed" else "cancelled"
            if job.refreshes and error is not None and error.status in _PASSING:
                shown = None  # it is tried again
            await drop_staged(connection, job.store_id, job.file_id)
            await connection.execute(update(vector_store_files).where(job.this).values(status=kept, error=shown))

        run.emit(orjson.dumps({"type": "ingestion.ended", "status": status}))
        await run.end(status, write, error=error)


_PASSING = (502, 503)
"""Statuses of errors that an engine has which does not answer."""
