"""The run that makes one file of a store searchable: it is read, cut into passages, embedded, and then shown whole.

Each step stages some passages with their vectors, and the last one shows all of them with one number of change, in the
place of those that the file had before. So nothing is embedded twice after it was stored, and a search sees all of a
file or nothing. Whoever supersedes a run names another in the file's row: nothing more is stored for the first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import orjson
from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database
from earthshine.documents.document import Heading
from earthshine.documents.documents import Documents
from earthshine.documents.store import unpack_layout
from earthshine.documents.tables import documents
from earthshine.errors import Conflict, EarthshineError, ModelNotFound, QuotaExceeded, RateLimited, Unavailable
from earthshine.harness.embedder import Embedder
from earthshine.runs import Cut, Done, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.vector_stores.passages import Chunking, Passage, cut, last_heading
from earthshine.vector_stores.serialize import chunking_of, last_error
from earthshine.vector_stores.store import forget, next_change, take_numbers
from earthshine.vector_stores.store_files import KIND, Ingestions, drop_staged
from earthshine.vector_stores.tables import passages, vector_store_files, vector_stores

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_STEP = 64
"""Passages that one step embeds and stages."""
_ROW = 512
"""Bytes that a passage takes beside its text and vector, about."""
_AGAIN_SECONDS = (1.0, 5.0, 20.0, 60.0)
"""Pauses before an engine that does not answer is asked again."""


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage that is to be stored."""

    number: int
    start: int
    end: int
    part: int
    label: str
    heading: str
    text: str

    @property
    def embedded(self) -> str:
        """What its vector is made of, and its words: with the heading, of which its own sentences may say nothing."""
        return embedded_text(self.heading, self.text)


def embedded_text(heading: str, text: str) -> str:
    """Return what a passage is found by."""
    return text if not heading or text.startswith(heading) else f"{heading}\n{text}"


class Superseded(Conflict):
    """Another run ingests this file now, or the file is gone from the store."""

    default_code = "superseded"


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
        job = _Job(run)
        row = await self._row(job)
        document = await self._documents.read(job.file_id)
        plan = await run.step("plan", partial(self._plan, job, document.run_id))
        await job.stored()
        identity = (plan["model"], plan["dimensions"]) if plan["model"] else None
        known = await self._known(job, row, identity)
        count, size = 0, 0
        async for some in _in_steps(self._cut(job.file_id, chunking_of(row.chunking))):
            done = await run.step("passages", partial(self._stage, job, some, identity, known))
            await job.stored()
            count, size = done["passages"], size + done["bytes"]
        await run.step("show", partial(self._show, job, plan, count, size))
        await job.stored()
        if self.on_change is not None:
            self.on_change(job.store_id)

    # --- the steps ---------------------------------------------------------------------------------------------------

    async def _plan(self, job: _Job, reading: str, _: StepRecord) -> Done:
        """Say what was read, and what makes the vectors; that becomes the store's own."""
        identity = await self._identity(job.who)
        model, dimensions = identity or ("", 0)

        async def write(connection: Connection) -> None:
            if identity is not None:
                this = vector_stores.c.id == job.store_id
                values = {"embedding": model, "dimensions": dimensions}
                await connection.execute(update(vector_stores).where(this).values(**values))
            await job.hold(connection)

        return Done({"reading": reading, "model": model, "dimensions": dimensions}, write=write)

    async def _identity(self, who: Caller) -> tuple[str, int] | None:
        try:
            return await _patiently(lambda: self._embedder.identity(who))
        except ModelNotFound:
            return None

    async def _stage(
        self,
        job: _Job,
        some: Sequence[NewPassage],
        identity: tuple[str, int] | None,
        known: dict[str, bytes],
        _: StepRecord,
    ) -> Done:
        """Embed some passages and store them, not to be seen yet."""
        vectors = await self._vectors(some, identity, known, job.who)
        count = some[-1].number + 1
        size = sum(len(each.text.encode()) for each in some) + sum(len(vector or b"") for vector in vectors)
        job.run.emit(orjson.dumps({"type": "ingestion.progress", "passages": count}))

        async def write(connection: Connection) -> None:
            first = await take_numbers(connection, job.store_id, "passages_made", len(some))
            if not await job.hold(connection) or first is None:
                return
            if await _is_staged(connection, job, some[0].number):
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
                    "vector": vector,
                    "change": None,
                }
                for place, (each, vector) in enumerate(zip(some, vectors, strict=True))
            ]
            await connection.execute(insert(passages), rows)

        return Done({"passages": count, "bytes": size + _ROW * len(some)}, write=write)

    async def _vectors(
        self, some: Sequence[NewPassage], identity: tuple[str, int] | None, known: dict[str, bytes], who: Caller
    ) -> list[bytes | None]:
        if identity is None:
            return [None] * len(some)
        missing = [each.embedded for each in some if each.embedded not in known]
        made: dict[str, bytes] = {}
        if missing:
            vectors = await _patiently(lambda: self._embedder.passages(missing, who))
            if any(len(vector) != identity[1] for vector in vectors):
                raise Unavailable("The embedding model is another one now. The file is ingested again.")
            made = dict(zip(missing, await asyncio.to_thread(_pack, vectors), strict=True))
        return [known.get(each.embedded) or made[each.embedded] for each in some]

    async def _show(self, job: _Job, plan: dict[str, Any], count: int, size: int, _: StepRecord) -> Done:
        """Let the staged passages be seen, in the place of those that the file had."""

        async def write(connection: Connection) -> None:
            change = await next_change(connection, job.store_id)
            row = await job.hold(connection)
            if row is None or change is None:
                return
            if row.status == "completed" and not await _is_staged(connection, job, 0):
                return  # a commit whose answer was lost, tried again
            reading = select(documents.c.run_id).where(documents.c.file_id == job.file_id)
            if await connection.scalar(reading) != plan["reading"]:
                await self._ingestions.refresh(connection, row)  # it was read again meanwhile
                return
            ours = (passages.c.vector_store_id == job.store_id) & (passages.c.file_id == job.file_id)
            before = ours & passages.c.change.is_not(None)
            await forget(connection, before, change)
            await connection.execute(delete(passages).where(before))
            await connection.execute(update(passages).where(ours).values(change=change))
            values = {"status": "completed", "error": None, "bytes": size, "passages": count}
            await connection.execute(
                update(vector_store_files).where(job.this).values(**values, embedding=plan["model"])
            )

        return Done({"passages": count}, write=write)

    # --- what they need ----------------------------------------------------------------------------------------------

    async def _row(self, job: _Job) -> Row[Any]:
        async with self._database.read() as connection:
            row = (await connection.execute(select(vector_store_files).where(job.this))).one_or_none()
        if row is None or row.run_id != job.run.id:
            raise Superseded("Another run ingests this file now, or it is gone from the store.")
        return row

    async def _known(self, job: _Job, row: Row[Any], identity: tuple[str, int] | None) -> dict[str, bytes]:
        """Return the vectors that the file's passages have already, by what they are made of."""
        if identity is None or row.embedding != identity[0] or row.passages == 0:
            return {}
        query = select(passages.c.heading, passages.c.text, passages.c.vector).where(
            passages.c.vector_store_id == job.store_id,
            passages.c.file_id == job.file_id,
            passages.c.change.is_not(None),
            passages.c.vector.is_not(None),
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {embedded_text(each.heading, each.text): each.vector for each in rows if len(each.vector) == identity[1]}

    async def _cut(self, file_id: str, chunking: Chunking) -> AsyncGenerator[NewPassage]:
        """Yield the passages of a document, the same ones each time."""
        heading, number = "", 0
        async for part in self._documents.all_parts(file_id):
            headings = [Heading(*each) for each in unpack_layout(part.layout).get("headings", ())]
            for each in await asyncio.to_thread(_cut_part, part.text, headings, chunking, heading):
                start, end = part.start + each.start, part.start + each.end
                text = part.text[each.start : each.end]
                yield NewPassage(number, start, end, part.number, part.label, each.heading[:500], text)
                number += 1
            heading = last_heading(part.text, headings, heading)

    # --- ends --------------------------------------------------------------------------------------------------------

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """No step has an effect outside."""
        raise NotImplementedError

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store the end, and why a file cannot be searched."""
        job = _Job(run)

        async def write(connection: Connection) -> None:
            if status == "completed" or await job.hold(connection) is None:
                return
            shown = last_error(error.code, error.message) if error else None
            # What was searchable before stays so when it could not be made anew.
            kept = "completed" if job.refreshes else "failed" if status == "failed" else "cancelled"
            await drop_staged(connection, job.store_id, job.file_id)
            await connection.execute(update(vector_store_files).where(job.this).values(status=kept, error=shown))

        run.emit(orjson.dumps({"type": "ingestion.ended", "status": status}))
        await run.end(status, write, error=error)


class _Job:
    """What one run is to do, and whether it may still."""

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
        self._held: bool | None = None

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
            raise Superseded("Another run ingests this file now, or it is gone from the store.")


async def _is_staged(connection: Connection, job: _Job, number: int) -> bool:
    query = select(passages.c.id).where(
        passages.c.vector_store_id == job.store_id,
        passages.c.file_id == job.file_id,
        passages.c.number == number,
        passages.c.change.is_(None),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def _in_steps(each: AsyncGenerator[NewPassage]) -> AsyncGenerator[list[NewPassage]]:
    some: list[NewPassage] = []
    async for one in each:
        some.append(one)
        if len(some) == _STEP:
            yield some
            some = []
    if some:
        yield some


def _cut_part(text: str, headings: Sequence[Heading], chunking: Chunking, heading: str) -> list[Passage]:
    return list(cut(text, headings, chunking, heading))


def _pack(vectors: Sequence[Sequence[float]]) -> list[bytes]:
    from earthshine.search.quantize import to_int8  # here: a server that embeds nothing starts without numpy

    return [to_int8(vector) for vector in vectors]


async def _patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do what asks an engine, also when it does not answer at once. Raises what it raises in the end."""
    for pause in _AGAIN_SECONDS:
        try:
            return await work()
        except QuotaExceeded:
            raise
        except (Unavailable, RateLimited) as error:
            log.info("embedding waits: %s", error.message)
            await asyncio.sleep(max(pause, min(error.retry_after or 0, 60)))
    return await work()
