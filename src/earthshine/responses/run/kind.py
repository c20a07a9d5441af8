"""How a response is written: the model is asked, what it calls is run, until it answers; then the end."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from functools import partial
from typing import Any, Literal

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.store import Conversations
from earthshine.database import Connection
from earthshine.engines.deltas import Usage
from earthshine.errors import ContextLengthExceeded, EarthshineError, Internal, InvalidRequest, NotFound
from earthshine.metering.meter import Meter
from earthshine.metering.reservation import Write
from earthshine.responses.reply.response_builder import ResponseBuilder
from earthshine.responses.run.budget import Budget
from earthshine.responses.run.factory import ResponseFactory
from earthshine.responses.run.model_step import ModelSteps
from earthshine.responses.run.nested_calls import CallsWait
from earthshine.responses.run.openings import Openings
from earthshine.responses.run.programs import Moves, Program
from earthshine.responses.run.response_run import MODEL_STEP, ResponseRun
from earthshine.responses.run.tool_step import ToolSteps
from earthshine.responses.store import ResponseStore
from earthshine.responses.tools.secrets import bare
from earthshine.responses.tools.toolset import MOST_STEPS
from earthshine.routing.router import Router
from earthshine.runs import Cut, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.services import Services
from earthshine.telemetry.spans import step as span

log = logging.getLogger(__name__)

Json = dict[str, Any]

STEERED = "steered"
"""Why a response is incomplete that ended between two steps, as OpenAI's API has it."""


class ResponseKind:
    """Performs runs of the kind `response`: steps of the model and of the tools that it calls, in turn."""

    name = "response"
    at_once = None

    def __init__(
        self,
        store: ResponseStore,
        factory: ResponseFactory,
        router: Router,
        conversations: Conversations,
        meter: Meter,
        services: Services,
    ) -> None:
        self._store = store
        self._factory = factory
        self._router = router
        self._conversations = conversations
        self.models = ModelSteps(router, meter, services)
        self._tools = ToolSteps(meter, self.models, services)
        self.on_stored: list[Callable[[Connection, ResponseRun, Json], Awaitable[None]]] = []
        """Called in the transaction in which a response ends, with its final form."""
        self._openings = Openings(self._tools, self.models)
        self.yields: Callable[[ResponseRun], Awaitable[bool]] | None = None
        """Asked between two steps whether the response is to end there, for another one to go on from it."""
        self.programs: dict[str, Program] = {}
        """What writes responses in the place of the plain loop, by name."""
        self.on_ending: list[Callable[[ResponseRun, str], AbstractAsyncContextManager[Write | None]]] = []
        """Prepare, with the status, what is stored in the transaction in which a response ends; left after it."""
        self.budget_of: Callable[[ResponseRun], Awaitable[Budget | None]] | None = None
        """Returns what bounds more than one response, of those that have such a thing."""

    async def perform(self, run: Run) -> None:
        """Write a response to its end, or go on with one that was cut."""
        response = await self._response(run)
        if self.budget_of is not None:
            response.budget = await self.budget_of(response)
        try:
            async with response.lease:
                reason = await self._steps(response)
        except ContextLengthExceeded as error:
            if response.turn.create.truncation != "auto":
                error.advise("Or set truncation to 'auto'.")
            raise
        if reason in ("stop", "tool_calls"):
            await self._finish(response, "completed")
        else:
            told = {"length": "max_output_tokens", STEERED: STEERED}.get(reason, "content_filter")
            await self._finish(response, "incomplete", reason=told)

    async def _steps(self, response: ResponseRun) -> str:
        """Ask the model, and again after each call that is run here; returns why its last reply ended."""
        await self._tools.read_files(response)
        reason = "stop"
        try:
            begin = await self._openings.perform(response)
        except CallsWait:
            return reason
        if (named := response.turn.program) is not None:
            moves = Moves(response, self.models, self._tools, partial(self._yields, response), begin)
            return await self.programs[named["name"]].write(moves, named)
        refused: list[Item] = []
        for number in range(MOST_STEPS):
            if (number or begin) and await self._yields(response):
                return STEERED
            last = number == MOST_STEPS - 1
            ask = partial(self.models.ask, response, begin=begin, refused=refused, last=last)
            done: Json = await response.run.step(MODEL_STEP, ask)
            # An earlier version, which had no tools, stored less.
            reason, end = done["reason"], done.get("items", 0)
            output = response.builder.output
            if done.get("over"):
                return reason
            again = bool(done.get("again"))
            if reason not in ("stop", "tool_calls") and not again:
                return reason
            whole = [place for place in range(begin, end) if not again or output[place]["status"] == "completed"]
            here = [place for place in whole if response.toolset.run_here(output[place]) is not None]
            try:
                await self._tools.run(response, here)
            except CallsWait:
                return reason
            theirs = sum(kind_of(output[place]).pairs == "call" for place in whole) - len(here)
            asked = any(kind_of(output[place]).asks for place in whole)
            if theirs or asked or not (here or again or done.get("refused")):
                # What the client runs, or is asked, must be answered before the model can go on.
                return "stop" if again else reason
            # What it could not say rightly it is shown until it has done something else.
            refused = [*refused, *done["refused"]] if done.get("refused") else []
            begin = max([end, *(1 + place for place in map(response.builder.answered_place, here))])
            limit = response.turn.create.max_output_tokens
            if limit is not None and response.spent >= limit:
                return "length"
        return reason

    async def _yields(self, response: ResponseRun) -> bool:
        """Tell whether somebody wants the response to end before its next step, which must not have begun."""
        return self.yields is not None and response.run.at_new_step and await self.yields(response)

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Ask the tool; a model has no effect outside."""
        return await self._tools.settle(await self._response(run), step)

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """End a response that could not come to its own end."""
        assert status in ("failed", "cancelled")
        try:
            response = await self._response(run)
        except InvalidRequest as refusal:
            # Another version began it with a request that this one does not take.
            log.error("the response %s cannot go on: %s", run.id, refusal.message)
            await self._give_up(run, error or refusal)
            return
        except EarthshineError:
            raise
        except Exception:
            # It would fail at each start: what is stored of it is damaged, or the code that reads it is wrong.
            log.exception("the response %s cannot be read", run.id)
            await self._give_up(run, error or Internal(f"It cannot be read again. The log has it under {run.id}."))
            return
        await self._finish(response, status, error=error)

    async def _give_up(self, run: Run, error: EarthshineError) -> None:
        """End a response of which no more is known than its events."""
        final = ResponseBuilder(run.emit, run.stream.events).end("failed", error=error)
        await run.end("failed", partial(self._store.finish, final=final), error=error)

    async def _response(self, run: Run) -> ResponseRun:
        """Return what this process knows of a run; of one that was taken up, from what is stored."""
        if run.state is None:
            run.state = await self._factory.resume(run)
        response: ResponseRun = run.state
        return response

    async def _finish(
        self,
        response: ResponseRun,
        status: Literal["completed", "incomplete", "failed", "cancelled"],
        *,
        reason: str | None = None,
        error: EarthshineError | None = None,
    ) -> None:
        """Store the last events, the final Response, what is left to charge and the conversation's new items.

        All of it in one transaction.
        """
        async with AsyncExitStack() as prepared:
            # Before the last event is there: readers see it with what is stored with it.
            more = [await prepared.enter_async_context(each(response, status)) for each in self.on_ending]
            await self._end(response, status, [each for each in more if each is not None], reason=reason, error=error)

    async def _end(
        self,
        response: ResponseRun,
        status: Literal["completed", "incomplete", "failed", "cancelled"],
        more: Sequence[Write],
        *,
        reason: str | None,
        error: EarthshineError | None,
    ) -> None:
        self._tools.abandon(response)
        charge, usage = self._charge(response)
        final = response.builder.end(status, usage=usage, reason=reason, error=error)

        async def write(connection: Connection) -> None:
            await self._store.finish(connection, final, response.timings, bare(response.turn.body))
            turn = response.turn
            if turn.conversation_id is not None and status in ("completed", "incomplete"):
                new = [*turn.items, *final["output"]]
                # A conversation that was deleted meanwhile does not undo the response.
                with suppress(NotFound):
                    await self._conversations.append_items(turn.conversation_id, turn.project, new, conn=connection)
            if charge is not None:
                await charge(connection)
            if response.budget is not None:
                await response.budget.store(connection)
            for tell in self.on_stored:
                await tell(connection, response, final)

        with span("journal", response=response.id):
            await response.run.end(status, write, *more, error=error)

    def _charge(self, response: ResponseRun) -> tuple[Write | None, Usage | None]:
        """Return what charges a step that was cut, and the usage that the response shows: only what was counted.

        Steps that have ended were charged then. A run that is not stored has no transaction; it is charged now, before
        its last event is seen. A step that wrote nothing is not charged.
        """
        if response.cut is not None:
            (cut, estimated), deployment = response.cut, response.progress.served_by
            cut += response.lost
        elif response.lost.estimated:
            cut, estimated = response.lost, True
            deployment = self._router.served(response.turn.create.model).deployments[0]
        else:
            return None, response.used if response.asked else None
        shown = None if estimated else response.used + cut
        if response.charge is None:
            return None, shown
        settle = response.charge.settle_within if response.stored else response.charge.settle
        return settle(response.work_id, cut, deployment=deployment, partial=True, estimated=estimated), shown
