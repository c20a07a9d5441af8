"""Responses that are being written: begun, found, stopped.

A response belongs to the server, not to the request that started it. A background response outlives its client and the
server itself: after a crash it goes on from what its run has stored. A foreground one is cancelled when its client
goes away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Privacy
from earthshine.catalog import Catalog
from earthshine.conversations.items import Item
from earthshine.conversations.store import Conversations
from earthshine.database import Connection, Database
from earthshine.engines.pool import LoadedModel, blindness
from earthshine.engines.requests import ChatRequest
from earthshine.errors import NotFound
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.reservation import Reservation, Write
from earthshine.responses.items.messages import to_chat_request
from earthshine.responses.items.readings import last_said
from earthshine.responses.param_names import responses_param_names
from earthshine.responses.run.budget import Budget
from earthshine.responses.run.continuation import Continuation
from earthshine.responses.run.factory import ResponseFactory
from earthshine.responses.run.kind import ResponseKind
from earthshine.responses.run.model_step import estimate_of
from earthshine.responses.run.readers import ResponseReaders
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.turns import Turn, TurnFactory
from earthshine.responses.schemas import InputTokensRequest
from earthshine.responses.store import UNFINISHED, ResponseStore, StoredResponse, not_found
from earthshine.responses.stored_request import without_input
from earthshine.responses.tables import responses
from earthshine.responses.tools.secrets import ToolSecrets
from earthshine.responses.tools.toolset import Toolset
from earthshine.routing.router import Router
from earthshine.runs import Run, Runs
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.tools.base import ToolContext
from earthshine.tools.rules.store import ToolRules

Json = dict[str, Any]


class ResponseRuns:
    """The responses of this server."""

    def __init__(
        self,
        database: Database,
        runs: Runs,
        catalog: Catalog,
        router: Router,
        conversations: Conversations,
        meter: Meter,
        services: Services,
        *,
        leave_out_missing_tools: bool = False,
    ) -> None:
        self.store = ResponseStore(database)
        self.readers = ResponseReaders(self.store, runs)
        self.privacy = Privacy(database, responses, not_found)
        secrets, rules = ToolSecrets(services.get(Settings)), services.get(ToolRules)
        self.turns = TurnFactory(
            self.store,
            conversations,
            self.privacy,
            router.context_length,
            services,
            secrets=secrets,
            judge=rules.judge,
            leave_out_missing_tools=leave_out_missing_tools,
        )
        self.factory = ResponseFactory(database, self.store, runs, catalog, conversations, secrets, rules.judge)
        self._runs = runs
        self._router = router
        self._services = services
        self._kind = ResponseKind(self.store, self.factory, router, conversations, meter, services)
        self.programs = self._kind.programs
        """Programs add themselves here, by their names."""
        self._meter = meter
        self._closing: set[asyncio.Task[None]] = set()
        self.on_end: Callable[[ResponseRun], None] | None = None
        """Called with each response that is no longer written here."""
        runs.register(self._kind)
        runs.on_end.append(self._ended)

    def yield_when(self, wanted: Callable[[ResponseRun], Awaitable[bool]]) -> None:
        """Ask between two steps of each response whether it is to end there, incomplete, to be gone on from."""
        self._kind.yields = wanted

    @property
    def on_stored(self) -> list[Callable[[Connection, ResponseRun, Json], Awaitable[None]]]:
        """What is called in the transaction in which a response ends, with its final form."""
        return self._kind.on_stored

    @property
    def on_begun(self) -> list[Callable[[Connection, str, Turn], Awaitable[None]]]:
        """What is called in the transaction in which a response begins, with its id."""
        return self.factory.on_begun

    @property
    def on_ending(self) -> list[Callable[[ResponseRun, str], AbstractAsyncContextManager[Write | None]]]:
        """What prepares something that is stored in the transaction in which a response ends; told the status."""
        return self._kind.on_ending

    def bound(self, budget_of: Callable[[ResponseRun], Awaitable[Budget | None]]) -> None:
        """Have some responses bounded by more than their own request, such as the limits of a session."""
        self._kind.budget_of = budget_of

    def find(self, response_id: str, project: str) -> ResponseRun | None:
        """Return a stored response that is being written here."""
        run = self._runs.find(response_id)
        if run is None or run.record.project != project or not isinstance(run.state, ResponseRun):
            return None
        return run.state

    async def written(self, response_id: str) -> str:
        """Return what the model has written of a response, as far as it is stored."""
        _, written = await self._runs.journal.load(response_id)
        return "".join(written[step] for step in sorted(written))

    async def start(
        self,
        turn: Turn,
        headers: dict[str, str] | None = None,
        *,
        response_id: str | None = None,
        continuation: Continuation | None = None,
    ) -> ResponseRun:
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
                    await model.engine.check(await self.prompt(model, turn))
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
            opening.add_done_callback(_abandon)
            raise

    async def prompt(self, model: LoadedModel, turn: Turn) -> ChatRequest:
        """Return what the model is asked for a turn, with what truncation leaves of its history."""
        return await self._kind.models.request(model, turn, Toolset(turn.create))

    async def count(
        self, request: InputTokensRequest, body: Json, items: Sequence[Item], model: LoadedModel, caller: Caller
    ) -> int:
        """Return the tokens of the prompt that a request with these items would be, what it shows of files included."""
        request, _ = self.turns.without_missing(request, {})
        able, readings = model.engine.capabilities, self._kind.models.readings
        context = ToolContext(caller, services=self._services, question=last_said(items))
        chosen = await readings.choose(items, without_input(body), context, able.context_length, counting=True)
        shown = await readings.of(items, chosen, caller)
        with responses_param_names():
            return await model.engine.count(to_chat_request(request, items, blind=blindness(model), readings=shown))

    async def cancel(self, response: ResponseRun) -> None:
        """Stop a response of this process; returns when what it had written is stored."""
        await self._runs.live.cancel(response.run)

    async def stop(self, response_id: str, project: str) -> StoredResponse:
        """Stop a response, whoever writes it, and return it as it ended.

        Raises `NotFound`, and `Unavailable` when its writer does not answer; it is stopped then as soon as possible.
        """
        row = await self.store.get(response_id, project)
        if row.status not in UNFINISHED:
            return row
        try:
            await self._runs.stop(response_id)
        except NotFound:
            raise not_found(response_id) from None
        return await self.store.get(response_id, project)

    async def _open(
        self,
        response_id: str,
        turn: Turn,
        reservation: Reservation,
        lease: AsyncExitStack,
        model: LoadedModel | None,
        continuation: Continuation | None,
    ) -> ResponseRun:
        """Store the response, and set its run going: all of it, or nothing."""
        try:
            response = await self.factory.begin(response_id, turn, continuation)
        except BaseException:
            reservation.release()
            await lease.aclose()
            raise
        response.reservation, response.lease, response.model = reservation, lease, model
        return response

    def _ended(self, run: Run) -> None:
        response = run.state
        if not isinstance(response, ResponseRun):
            return
        response.release()
        # Of one that was cancelled before it had begun nobody else gives the model back.
        closing = asyncio.ensure_future(response.lease.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        if self.on_end is not None:
            self.on_end(response)


def _abandon(opening: asyncio.Future[ResponseRun]) -> None:
    """Stop a foreground response whose client went away while it was being opened."""
    if opening.cancelled() or opening.exception() is not None:
        return
    run = opening.result().run
    if not run.record.background and run.task is not None:
        run.cancelling = True
        run.task.cancel()
