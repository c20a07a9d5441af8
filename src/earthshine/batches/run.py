"""The run that performs one batch: its file is checked, its lines are answered, its results become files.

Lines are begun in the order of the file, a few at a time, and take turns with those of other batches, project by
project. Where the models have slots, a line gets one that nobody else wants (`FairQueue.acquire_idle`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Row, case, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.batches.dialect import BatchDialect, Line, LineReply
from earthshine.batches.ending import BatchEnding, Outcome
from earthshine.batches.lines import InputFile
from earthshine.batches.results import Result, ResultWriter
from earthshine.batches.store import KIND, Batches
from earthshine.batches.tables import batches
from earthshine.blobs import Blobs
from earthshine.database import Connection, Database
from earthshine.errors import (
    EarthshineError,
    Internal,
    ModelNotFound,
    NotFound,
    QuotaExceeded,
    RateLimited,
    StorageFull,
    Unavailable,
    UpstreamFailed,
)
from earthshine.ids import new_id
from earthshine.metering.usage import Usage
from earthshine.routing.fair_queue import FairQueue
from earthshine.runs import Cut, Done, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.telemetry.request_context import RequestContext, begin

log = logging.getLogger(__name__)

_PASSING = (RateLimited, Unavailable, UpstreamFailed, StorageFull)
"""Errors after which a line is asked again, for a batch has time."""
_PAUSES = (1, 2, 5, 10, 30, 60, 60, 60)
"""Seconds between two tries of one line; a longer time that the error names counts instead, up to the longest."""
_ANY = 2**31
"""Lines that may wait for their turn: each batch has but a few."""


class BatchRuns:
    """The kind of run that performs one batch."""

    name = KIND
    at_once = None

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        store: Batches,
        ending: BatchEnding,
        *,
        check_usable: Callable[[Caller], None],
        check_model: Callable[[str], object],
        lines: int,
        longest: int,
    ) -> None:
        """`lines` is how many this process has under way at once, and `longest` the bytes that one may have.

        `check_usable` raises for a caller whose key was revoked, `check_model` raises `ModelNotFound`.
        """
        self._database, self._blobs, self._store, self._ending = database, blobs, store, ending
        self._check_usable, self._check_model = check_usable, check_model
        self._lines, self._longest = lines, longest
        self._turns: dict[str, FairQueue] = {}
        """By model: who waits for a busy one is not to hold up the batches of another."""

    async def perform(self, run: Run) -> Outcome:
        """Go on from the results that are stored."""
        row = await self._row(run.id)
        file = self._file(row)
        if (await run.step("check", partial(self._check, file)))["failed"]:
            return "failed"
        return await run.step("answer", partial(self._answer, run, row, file))

    # --- the steps ---------------------------------------------------------------------------------------------------

    async def _check(self, file: InputFile, step: StepRecord) -> Done:
        """Say what is wrong with the file, or let its lines begin."""
        checked = await file.check()
        errors = list(checked.errors)
        if not errors and file.dialect.one_model and checked.model is not None:
            try:
                self._check_model(checked.model)
            except ModelNotFound as error:
                errors.append({"code": error.code, "line": None, "message": error.message, "param": "body.model"})
        values: dict[str, Any] = {"model": checked.model, "total": checked.total}
        if errors:
            values = {"errors": errors}
        else:
            status = case((batches.c.status == "validating", "in_progress"), else_=batches.c.status)
            values |= {"status": status, "in_progress_at": int(time.time())}

        async def write(connection: Connection) -> None:
            await connection.execute(update(batches).where(batches.c.id == step.run_id).values(values))

        return Done({"failed": bool(errors)}, write=write)

    async def _answer(self, run: Run, row: Row[Any], file: InputFile, _: StepRecord) -> Done:
        """Have all lines answered that have no result yet, until the time is over."""
        results = run.state = await ResultWriter.open(run, self._database)
        room = asyncio.Semaphore(2 * self._lines)
        outcome: Outcome = "completed"
        try:
            async with asyncio.timeout(row.expires_at - time.time()), asyncio.TaskGroup() as group:
                async for line in file.lines():
                    if line.number not in results.done:
                        await room.acquire()
                        caller = replace(run.record.caller, batch_line=f"{run.id}:{line.number}")
                        task = group.create_task(self._line(line, file, caller, results))
                        task.add_done_callback(lambda _: room.release())
        except TimeoutError:
            outcome = "expired"
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        await results.store()
        return Done(outcome)

    # --- one line ----------------------------------------------------------------------------------------------------

    async def _line(self, line: Line, file: InputFile, caller: Caller, results: ResultWriter) -> None:
        """Have one line answered, and store that. What is cut before has left nothing, and is asked again."""
        dialect, request_id = file.dialect, new_id("req")
        begin(RequestContext(request_id))
        try:
            reply = await self._ask(line, file, caller)
        except EarthshineError as error:
            told, usage = dialect.failed(line, error, request_id), Usage()
        except Exception:
            log.exception("line %d of a batch failed: request %s", line.number, request_id)
            broken = Internal(f"Something broke on our side. The server's log has the details under {request_id}.")
            told, usage = dialect.failed(line, broken, request_id), Usage()
        else:
            await results.add(Result(line.number, True, dialect.succeeded(line, reply, request_id), reply.usage))
            return
        await results.add(Result(line.number, False, told, usage))

    async def _ask(self, line: Line, file: InputFile, caller: Caller) -> LineReply:
        """Ask as its owner would, again after errors that pass. Raises what the last try raised."""
        model = str(line.body.get("model"))
        for pause in (*_PAUSES, None):
            turns = self._turns.setdefault(model, FairQueue(self._lines, most_waiting=_ANY))
            await turns.acquire(caller.project)
            try:
                self._check_usable(caller)
                return await file.dialect.ask(line, file.endpoint, caller)
            except _PASSING as error:
                if pause is None or isinstance(error, QuotaExceeded):
                    raise
                wait = max(pause, min(error.retry_after or 0, _PAUSES[-1]))
            finally:
                turns.release(caller.project)
                if not (turns.in_use or turns.waiting):
                    self._turns.pop(model, None)
            await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    # --- ends --------------------------------------------------------------------------------------------------------

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """No step has an effect outside."""
        raise NotImplementedError

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Make files of the results, and store the end."""
        if run.stream.lost:  # another server goes on
            await run.end(status)
            return
        await run.stream.record(urgent=True)  # what its steps have stored in the row
        outcome: Outcome = "cancelled" if status == "cancelled" else "failed" if error is not None else result
        try:
            row = await self._row(run.id)
        except NotFound:  # forgotten meanwhile
            await run.end(status, error=error)
            return
        if isinstance(run.state, ResultWriter):
            await run.state.store()  # of a batch that is cut: what was answered just before
        await self._ending.end(run, row, self._file(row), outcome, error)
        self._store.sweeping.soon()

    # --- what it is about --------------------------------------------------------------------------------------------

    async def _row(self, batch_id: str) -> Row[Any]:
        async with self._database.read() as connection:
            row = (await connection.execute(select(batches).where(batches.c.id == batch_id))).one_or_none()
        if row is None:
            raise NotFound(f"The batch {batch_id} is gone.")
        return row

    def _file(self, row: Row[Any]) -> InputFile:
        dialect: BatchDialect = self._store.dialects[row.dialect]
        return InputFile(self._blobs, row.input_file_id, dialect, row.endpoint, self._longest)
