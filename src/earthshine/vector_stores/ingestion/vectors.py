"""The vectors of a file's passages: those that it has, and those that an engine makes, which is waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, select

from earthshine.database import Database
from earthshine.errors import ModelNotFound, QuotaExceeded, RateLimited, Unavailable, UpstreamFailed
from earthshine.harness.embedder import Embedder, Identity
from earthshine.vector_stores.ingestion.job import Job
from earthshine.vector_stores.ingestion.new_passages import NewPassage, embedded_text
from earthshine.vector_stores.tables import passages

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_AGAIN_SECONDS = (1.0, 5.0, 20.0, 60.0)
"""Pauses before an engine that does not answer is asked again."""


async def identity_for(job: Job, embedder: Embedder) -> Identity | None:
    """Return what the vectors of a file will have in common; None where nothing makes any.

    Raises, for a file that is embedded again, what `Embedder.identity` raises.
    """
    try:
        return await _patiently(job, lambda: embedder.identity(job.who))
    except ModelNotFound:
        return None


class Vectors:
    """Makes the vectors of one file."""

    def __init__(self, job: Job, embedder: Embedder, identity: Identity, known: dict[str, bytes]) -> None:
        self._job, self._embedder, self._identity, self._known = job, embedder, identity, known

    @classmethod
    async def of_file(
        cls, job: Job, embedder: Embedder, identity: Identity, row: Row[Any], database: Database
    ) -> Vectors:
        """Take the vectors that the file's passages have already, by what they are made of."""
        if row.embedding != identity.model or row.passages == 0:
            return cls(job, embedder, identity, {})
        query = select(passages.c.heading, passages.c.text, passages.c.vector).where(
            job.passages, passages.c.change.is_not(None), passages.c.vector.is_not(None)
        )
        async with database.read() as connection:
            rows = (await connection.execute(query)).all()
        fitting = [each for each in rows if len(each.vector) == identity.dimensions]
        known = {embedded_text(each.heading, each.text): each.vector for each in fitting}
        return cls(job, embedder, identity, known)

    async def make(self, some: Sequence[NewPassage]) -> list[bytes] | None:
        """Return the vectors of some passages; None where no engine answers, so that their words alone are found.

        Raises, for a file that is embedded again, what `Embedder.passages` raises: it keeps what it has.
        """
        missing = [each.embedded for each in some if each.embedded not in self._known]
        made: dict[str, bytes] = {}
        if missing:
            vectors = await _patiently(self._job, lambda: self._embedder.passages(missing, self._job.who))
            if vectors is None:
                return None
            if any(len(vector) != self._identity.dimensions for vector in vectors):
                if self._job.refreshes:
                    raise Unavailable("The embedding model is another one now. The file is embedded again.")
                return None
            made = dict(zip(missing, await asyncio.to_thread(_pack, vectors), strict=True))
        return [self._known.get(each.embedded) or made[each.embedded] for each in some]


def _pack(vectors: Sequence[Sequence[float]]) -> list[bytes]:
    from earthshine.search.quantize import to_int8  # here: a server that embeds nothing starts without numpy

    return [to_int8(vector) for vector in vectors]


async def _patiently(job: Job, work: Callable[[], Awaitable[_Result]]) -> _Result | None:
    """Do what asks an engine, also when it does not answer at once; None when it does not answer in the end.

    Raises what it raises in the end, for a file that is embedded again, and at once what waiting does not help.
    """
    for pause in (*_AGAIN_SECONDS, None):
        try:
            return await work()
        except QuotaExceeded:
            raise
        except (Unavailable, UpstreamFailed, RateLimited) as error:
            if pause is None and job.refreshes:
                raise
            log.info("embedding waits: %s", error.message)
            if pause is not None:
                await asyncio.sleep(max(pause, min(error.retry_after or 0, 60)))
    log.warning("the file %s is found by its words alone until there are vectors again", job.file_id)
    return None
