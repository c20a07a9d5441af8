"""The end of a batch: its results become files, and whoever asked is told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any, Literal

from sqlalchemy import Row, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.batches.dialect import LineFault
from earthshine.batches.lines import MOST_BYTES, InputFile
from earthshine.batches.objects import BatchError
from earthshine.batches.results import ResultWriter, read_results
from earthshine.batches.tables import batches
from earthshine.blobs import Blobs, Incoming
from earthshine.database import Connection, Database
from earthshine.errors import ContentDamaged, EarthshineError, InvalidRequest, StorageFull, Unavailable
from earthshine.files.schemas import ExpiresAfter
from earthshine.files.store import Files
from earthshine.notifications.announcer import Announcer
from earthshine.runs import Run

Outcome = Literal["completed", "failed", "expired", "cancelled"]

log = logging.getLogger(__name__)

_RETRY_SECONDS = 30.0
_MOST_WRITTEN = 64 * MOST_BYTES
"""Bytes of one file of results."""


class BatchEnding:
    """Makes the files of batches, and stores their ends."""

    def __init__(self, database: Database, blobs: Blobs, files: Files, announcer: Announcer) -> None:
        self._database, self._blobs, self._files, self._announcer = database, blobs, files, announcer

    async def end(
        self, run: Run, row: Row[Any], file: InputFile, outcome: Outcome, error: EarthshineError | None
    ) -> None:
        """Store the end of a batch with its files, all in one transaction; waits for space where there is none."""
        errors: list[BatchError] = list(row.errors or ())
        if error is not None:
            errors.append({"code": error.code, "line": None, "message": error.message, "param": error.param})
        if row.status == "in_progress" and outcome != "failed":
            await run.stream.record(_finalizing(run.id), urgent=True)
        while True:
            try:
                async with AsyncExitStack() as stack:
                    made = await self._make(stack, run, row, file, outcome)
                    await self._store(run, row, made, outcome, errors)
                return
            except InvalidRequest as refused:  # the project has no room for the files
                if outcome == "failed":
                    raise
                outcome = "failed"
                errors.append({"code": refused.code, "line": None, "message": refused.message, "param": None})
            except (StorageFull, Unavailable) as passing:
                if run.ending:
                    raise
                log.warning("the results of %s cannot be made into files yet: %s", run.id, passing.message)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _make(
        self, stack: AsyncExitStack, run: Run, row: Row[Any], file: InputFile, outcome: Outcome
    ) -> dict[str, Incoming]:
        """Return the contents of the files that there are, kept in the store until the stack is left."""
        made: dict[str, Incoming] = {}
        if row.total is None:
            return made
        for name in ("output", "error"):
            incoming = await stack.enter_async_context(self._blobs.incoming(_MOST_WRITTEN))
            async for line in read_results(self._database, run.id, succeeded=name == "output"):
                await incoming.write(line + b"\n")
            if name == "error" and outcome in ("expired", "cancelled"):
                async for line in self._missed(run, file, outcome):
                    await incoming.write(line + b"\n")
            if incoming.size:
                made[name] = incoming
        await self._blobs.check_room(row.project, sum(each.size for each in made.values()))
        for incoming in made.values():
            await self._blobs.keep(incoming)
        return made

    async def _missed(
        self, run: Run, file: InputFile, outcome: Literal["expired", "cancelled"]
    ) -> AsyncGenerator[bytes]:
        """Yield the results of the lines that were not come to."""
        done = (await ResultWriter.open(run, self._database)).done
        try:
            async for line in file.lines():
                if line.number not in done:
                    yield file.dialect.missed(line, outcome)
        except (ContentDamaged, LineFault) as error:
            log.warning("the lines of %s that were not come to cannot be told: %s", run.id, error)

    async def _store(
        self, run: Run, row: Row[Any], made: dict[str, Incoming], outcome: Outcome, errors: list[BatchError]
    ) -> None:
        owner = Owner(row.project, row.user)
        expires = ExpiresAfter(**row.output_expires_after) if row.output_expires_after else None

        async def write(connection: Connection) -> None:
            values: dict[str, Any] = {"status": outcome, "errors": errors or None, f"{outcome}_at": int(time.time())}
            for name, incoming in made.items():
                filename = f"{run.id}_{name}.jsonl"
                stored = await self._files.add(connection, incoming, owner, filename, "batch_output", expires)
                values[f"{name}_file_id"] = stored["id"]
            await connection.execute(update(batches).where(batches.c.id == run.id).values(values))
            await self._announcer.announce(connection, owner, f"batch.{outcome}", run.id, {"id": run.id}, keep=False)

        await run.end("completed" if outcome == "expired" else outcome, write)


def _finalizing(batch_id: str) -> Any:
    async def write(connection: Connection) -> None:
        values = {"status": "finalizing", "finalizing_at": int(time.time())}
        mine = (batches.c.id == batch_id) & (batches.c.status == "in_progress")
        await connection.execute(update(batches).where(mine).values(values))

    return write
