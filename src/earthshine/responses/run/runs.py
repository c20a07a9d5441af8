"""Runs: each response that is being written, from its first event to its last.

A run belongs to the server, not to the request that started it. A background run outlives its client and the server
itself: after a crash it goes on from what its journal holds. A foreground run is cancelled when its client goes away.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from earthshine import harness
from earthshine.accounts.authorization.ownership import Privacy
from earthshine.catalog import Catalog
from earthshine.conversations.store import Conversations
from earthshine.database import Database
from earthshine.engines.base import ChatRequest
from earthshine.engines.pool import LoadedModel
from earthshine.errors import InvalidRequest, Unavailable
from earthshine.ids import new_id
from earthshine.metering.meter import Meter, Reservation
from earthshine.responses.journal.journal import Journal
from earthshine.responses.journal.readers import ResponseReaders
from earthshine.responses.journal.remote_streams import RemoteStreams
from earthshine.responses.journal.stream import Stream
from earthshine.responses.param_names import responses_param_names
from earthshine.responses.response_builder import ResponseBuilder
from earthshine.responses.run.continuation import Continuation
from earthshine.responses.run.factory import RunFactory
from earthshine.responses.run.ownership import Ownership
from earthshine.responses.run.turns import Turn, TurnFactory
from earthshine.responses.run.writer import Run, RunWriter, estimate_of
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import UNFINISHED, ResponseExists, ResponseStore, StoredResponse, not_found
from earthshine.responses.tables import responses
from earthshine.routing.router import Router
from earthshine.wire import check

log = logging.getLogger(__name__)

Json = dict[str, Any]

_PATIENCE = 12.0
"""Seconds in which a response of another process is stopped: it may have to be taken over first."""
_LOOK_SECONDS = 0.05


class Runs:
    """The runs of this server."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        ownership: Ownership,
        catalog: Catalog,
        router: Router,
        conversations: Conversations,
        meter: Meter,
        *,
        leave_out_missing_tools: bool = False,
    ) -> None:
        self.store = ResponseStore(database)
        self.journal = journal
        self._remote = RemoteStreams(database, journal)
        self.readers = ResponseReaders(self.store, journal, self._remote)
        self._ownership = ownership
        ownership.on_stop_requested = self.stop_requested
        self.privacy = Privacy(database, responses, not_found)
        self.turns = TurnFactory(
            self.store,
            conversations,
            self.privacy,
            router.context_length,
            leave_out_missing_tools=leave_out_missing_tools,
        )
        self.factory = RunFactory(self.store, journal, ownership, catalog, conversations)
        self._router = router
        self._writer = RunWriter(self.store, router, conversations, meter)
        self._meter = meter
        self._live: dict[str, Run] = {}
        self._opening: set[str] = set()
        self._broken: set[str] = set()
        self.on_end: Callable[[Run], None] | None = None
        """Called with each run that is no longer written here."""

    def find(self, response_id: str, project: str) -> Run | None:
        """Return the run of a response that is being written here and is stored."""
        run = self._live.get(response_id)
        if run is None or not run.stored or run.stream.lost or run.turn.project != project:
            return None
        return run

    @property
    def busy(self) -> set[str]:
        """Ids that must not be taken up here: they are being opened or written, or could not be finished."""
        return self._live.keys() | self._opening | self._broken

    @property
    def stored(self) -> set[str]:
        """Ids of the stored responses that are being written here."""
        return {run.id for run in self._live.values() if run.stored}

    @property
    def count(self) -> int:
        """Responses that are being written here."""
        return len(self._live)

    async def start(
        self,
        turn: Turn,
        headers: dict[str, str] | None = None,
        *,
        response_id: str | None = None,
        continuation: Continuation | None = None,
    ) -> Run:
        """Begin a response; `headers` receives what the client is told about its limits.

        In the foreground, whatever the model cannot do raises here, before anything is stored; in the background the
        reply comes at once, and the response fails if the model does. `response_id`: begin it under this id, or raise
        `ResponseExists`, so that whoever tries twice begins once. `continuation`: go on from what another reply said.
        """
        create = turn.create
        reservation = await self._meter.admit(turn.caller, create.model, estimate_of(turn), headers)
        lease = AsyncExitStack()
        try:
            model = None
            if not create.background:
                model = await lease.enter_async_context(self._router.use(create.model, turn.caller))
                with responses_param_names():
                    await harness.check(model, await self._writer.request(model, turn))
        except BaseException:
            reservation.release()
            await lease.aclose()
            raise
        opening = asyncio.ensure_future(
            self._open(response_id or new_id("resp"), turn, reservation, lease, model, continuation)
        )
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._abandon)
            raise

    async def prompt(self, model: LoadedModel, turn: Turn) -> ChatRequest:
        """Return what the model is asked for a turn, with what truncation leaves of its history."""
        return await self._writer.request(model, turn)

    async def cancel(self, run: Run) -> None:
        """Stop a run; returns when what it had written is stored."""
        run.cancelling = True
        if run.task is not None:
            run.task.cancel()
            await asyncio.wait({run.task})

    async def stop(self, response_id: str, project: str) -> StoredResponse:
        """Stop a response, whoever writes it, and return it as it ended.

        Raises `NotFound`, and `Unavailable` when its writer does not answer; it is stopped then as soon as possible.
        """
        run = self.find(response_id, project)
        if run is not None:
            await self.cancel(run)
        row = await self.store.get(response_id, project)
        if row.status in UNFINISHED:
            await self._ownership.request_stop(response_id)
        deadline = time.monotonic() + _PATIENCE
        while row.status in UNFINISHED:
            if time.monotonic() > deadline:
                raise Unavailable(
                    "The server that writes this response does not answer. It will be stopped as soon as possible.",
                    code="owner_silent",
                    retry_after=5,
                )
            await asyncio.sleep(_LOOK_SECONDS)
            row = await self.store.get(response_id, project)
        return row

    def stop_requested(self, ids: Collection[str]) -> None:
        """Stop what another process asked to stop; does not wait."""
        for run in (self._live.get(response_id) for response_id in ids):
            if run is not None and run.task is not None and not run.cancelling:
                run.cancelling = True
                run.task.cancel()

    def lose(self, ids: Collection[str]) -> None:
        """Leave alone what is no longer ours."""
        for run in (self._live.get(response_id) for response_id in ids):
            if run is not None:
                run.stream.lose()

    async def take_up(self, row: StoredResponse) -> None:
        """Go on with a response that nobody writes any more and that is ours now; in the foreground, end it."""
        events, written = await self.journal.load(row.id)
        stream = self.journal.stream(row.id, events)
        try:
            create = check(ResponseCreate, row.request)
        except InvalidRequest as error:
            await self._give_up(row, stream, error)
            return
        run = await self.factory.resume(row, create, stream, events)
        goes_on = row.background and not row.cancelling
        self._begin(run, self._writer.write(run, written) if goes_on else self._writer.finish(run, "cancelled"))

    def _begin(self, run: Run, work: Coroutine[Any, Any, None]) -> None:
        self._live[run.id] = run
        run.task = asyncio.create_task(work, name=run.id)
        run.task.add_done_callback(lambda _: self._forget(run))
        run.stream.on_lost = partial(_cancel, run.task)

    def set_aside(self, response_id: str) -> None:
        """Leave a response to the next start: here it would fail again and again."""
        self._broken.add(response_id)

    async def hand_over(self) -> None:
        """Give the background runs to other processes at once; their readers here go on reading."""
        ids = {run.id for run in self._live.values() if run.stored and run.turn.create.background}
        await self._ownership.release(ids)
        self.lose(ids)

    async def _give_up(self, row: StoredResponse, stream: Stream, error: InvalidRequest) -> None:
        """End as failed what another version began with a request that this one does not take."""
        log.error("the response %s cannot go on: %s", row.id, error.message)
        final = ResponseBuilder(stream.append, stream.events).end("failed", error=error)
        await stream.end(partial(self.store.finish, final=final))

    async def close(self) -> None:
        """Stop all runs where they are; background ones go on at the next start, or at another process."""
        tasks = [run.task for run in self._live.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        await self._remote.close()

    # --- one run -----------------------------------------------------------------------------------------------------

    async def _open(
        self,
        response_id: str,
        turn: Turn,
        reservation: Reservation,
        lease: AsyncExitStack,
        model: LoadedModel | None,
        continuation: Continuation | None,
    ) -> Run:
        """Store the row and the opening events, and set the run going: all of it, or nothing."""
        first = response_id not in self._opening
        self._opening.add(response_id)
        try:
            if not first:
                raise ResponseExists(response_id)
            run = await self.factory.new(response_id, turn, continuation)
        except BaseException:
            if first:
                self._opening.discard(response_id)
            reservation.release()
            await lease.aclose()
            raise
        run.reservation, run.lease, run.model = reservation, lease, model
        self._begin(run, self._writer.write(run, "" if continuation is None else continuation.written))
        self._opening.discard(response_id)
        return run

    def _abandon(self, opening: asyncio.Future[Run]) -> None:
        """The client went away while its run was being opened."""
        if opening.cancelled() or opening.exception() is not None:
            return
        run = opening.result()
        if not run.turn.create.background and run.task is not None:
            run.cancelling = True
            run.task.cancel()

    def _forget(self, run: Run) -> None:
        self._live.pop(run.id, None)
        if run.reservation is not None:
            run.reservation.release()
        if run.task is not None and not run.task.cancelled() and (error := run.task.exception()):
            log.error("the run %s could not be finished", run.id, exc_info=error)
            self.set_aside(run.id)
        if self.on_end is not None:
            self.on_end(run)


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
