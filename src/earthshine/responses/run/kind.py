"""How a response is written: route it, follow the model, turn deltas into events, end, charge."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Literal

from earthshine.conversations.items import Item
from earthshine.conversations.store import Conversations
from earthshine.database import Connection
from earthshine.engines.base import ChatEnd, ChatRequest, Usage
from earthshine.engines.batches import flat
from earthshine.engines.estimates import prompt_tokens, text_tokens
from earthshine.engines.pool import LoadedModel
from earthshine.errors import (
    ContextLengthExceeded,
    EarthshineError,
    Internal,
    InvalidRequest,
    NotFound,
    UnsupportedParameter,
)
from earthshine.metering.meter import Meter, Write
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.responses.items.messages import to_chat_request
from earthshine.responses.items.truncation import truncate
from earthshine.responses.param_names import responses_param_names
from earthshine.responses.response_builder import ResponseBuilder
from earthshine.responses.run.factory import ResponseFactory
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.turns import Turn
from earthshine.responses.store import ResponseStore
from earthshine.routing.router import Router
from earthshine.runs import Cut, Done, NotDone, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.telemetry.spans import step
from earthshine.wire import close

log = logging.getLogger(__name__)

Json = dict[str, Any]

_ROOM_FOR_REPLY = 8
"""With truncation, the share of the context (one in so many) kept free when no output limit is given."""


class ResponseKind:
    """Performs runs of the kind `response`: one step in which the model is asked, and the end."""

    name = "response"
    at_once = None

    def __init__(
        self, store: ResponseStore, factory: ResponseFactory, router: Router, conversations: Conversations, meter: Meter
    ) -> None:
        self._store = store
        self._factory = factory
        self._router = router
        self._conversations = conversations
        self._meter = meter

    async def perform(self, run: Run) -> None:
        """Write a response to its end, or go on with one that was cut."""
        response = await self._response(run)
        try:
            async with response.lease:
                await run.step("model", partial(self._ask, response))
        except ContextLengthExceeded as error:
            if response.turn.create.truncation != "auto":
                error.advise("Or set truncation to 'auto'.")
            raise
        end = response.end
        if end is None:
            # It ended in an earlier process, which did not come to store the response's own end.
            end = _end_of(run)
        if end.reason in ("stop", "tool_calls"):
            await self._finish(response, "completed", end=end)
        else:
            reason = "max_output_tokens" if end.reason == "length" else "content_filter"
            await self._finish(response, "incomplete", end=end, reason=reason)

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Asking a model has no effect outside."""
        return NotDone()

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """End a response that could not come to its own end."""
        assert status in ("failed", "cancelled")
        try:
            response = await self._response(run)
        except InvalidRequest as refusal:
            # Another version began it with a request that this one does not take.
            log.error("the response %s cannot go on: %s", run.id, refusal.message)
            final = ResponseBuilder(run.emit, run.stream.events).end("failed", error=error or refusal)
            await run.end("failed", partial(self._store.finish, final=final), error=error or refusal)
            return
        await self._finish(response, status, error=error)

    async def _response(self, run: Run) -> ResponseRun:
        """Return what this process knows of a run; of one that was taken up, from what is stored."""
        if run.state is None:
            run.state = await self._factory.resume(run)
        response: ResponseRun = run.state
        return response

    async def _ask(self, response: ResponseRun, step: StepRecord) -> Done:
        """Ask the model; what it wrote in an earlier process is where it goes on."""
        run, turn = response.run, response.turn
        written = run.written.get(step.number, "")
        if response.reservation is None:
            # Taken up after a crash: it was let in then, so it is now, and counts.
            estimate = estimate_of(turn)
            response.reservation = await self._meter.admit(turn.caller, turn.create.model, estimate, forced=True)
        model = response.model or await response.lease.enter_async_context(
            self._router.use(turn.create.model, turn.caller)
        )
        limit = response.reservation.begin()
        response.timings.note_begin()
        response.builder.run()
        with responses_param_names():
            request = (await self.request(model, turn, written)).at_most(limit)
            if run.taken_up and written and model.engine.capabilities.remote:
                asked = prompt_tokens(replace(request, written=""))
                response.lost = Usage(asked, 0, text_tokens(written), estimated=True)
            end = await self._follow(response, flat(model.engine.chat(request, response.progress)))
        response.end = end
        # The last words go with the end of the step, so that no crash can part them.
        response.builder.feed(end)
        return Done({"reason": end.reason, "served_by": end.served_by}, usage=asdict(end.usage))

    async def _follow(self, response: ResponseRun, deltas: AsyncIterator[Any]) -> ChatEnd:
        end: ChatEnd | None = None
        try:
            async for delta in deltas:
                if isinstance(delta, ChatEnd):
                    end = delta
                    return end
                response.timings.note_piece()
                response.builder.feed(delta)
                await response.stream.wait_for_space()
        finally:
            await close(deltas)
            if end is None and response.progress.pieces:
                response.cut = await response.progress.usage()
        raise Internal("The engine ended a reply without saying how.")

    async def request(self, model: LoadedModel, turn: Turn, written: str = "") -> ChatRequest:
        """Return what the model is asked; with truncation, as much of the history as there is room for."""
        create = turn.create
        capabilities = model.engine.capabilities

        def ask(items: Sequence[Item], written: str = "") -> ChatRequest:
            return to_chat_request(create, items, written=written, images=capabilities.images)

        items: Sequence[Item] = turn.context
        limit = capabilities.context_length
        if create.truncation == "auto" and limit:
            room = create.max_output_tokens or limit // _ROOM_FOR_REPLY
            items = await truncate(items, lambda some: _tokens(model, ask(some)), max(1, limit - room))
        return ask(items, written)

    async def _finish(
        self,
        response: ResponseRun,
        status: Literal["completed", "incomplete", "failed", "cancelled"],
        *,
        end: ChatEnd | None = None,
        reason: str | None = None,
        error: EarthshineError | None = None,
    ) -> None:
        """Store the last events, the final Response, its charge and the conversation's new items in one transaction."""
        charge, usage = self._charge(response, end)
        final = response.builder.end(status, usage=usage, reason=reason, error=error)

        async def write(connection: Connection) -> None:
            await self._store.finish(connection, final, response.timings)
            turn = response.turn
            if turn.conversation_id is not None and status in ("completed", "incomplete"):
                new = [*turn.items, *final["output"]]
                # A conversation that was deleted meanwhile does not undo the response.
                with suppress(NotFound):
                    await self._conversations.append_items(turn.conversation_id, turn.project, new, conn=connection)
            if charge is not None:
                await charge(connection)

        with step("journal", response=response.id):
            await response.run.end(status, write, error=error)

    def _charge(self, response: ResponseRun, end: ChatEnd | None) -> tuple[Write | None, Usage | None]:
        """Return what writes the charge for a response, and the usage that it shows: only what was counted.

        A run that is not stored has no transaction; it is charged now, before its last event is seen. One that wrote
        nothing is not charged.
        """
        if end is not None:
            used, estimated, deployment = end.usage + response.lost, False, end.served_by
        elif response.cut is not None:
            (used, estimated), deployment = response.cut, response.progress.served_by
            used += response.lost
        elif response.lost.estimated:
            used, estimated = response.lost, True
            deployment = self._router.served(response.turn.create.model).deployments[0]
        else:
            return None, None
        shown = None if estimated else used
        if response.reservation is None:
            return None, shown
        settle = response.reservation.settle_within if response.stored else response.reservation.settle
        charge = settle(response.id, used, deployment=deployment, partial=end is None, estimated=estimated)
        return charge, shown


def estimate_of(turn: Turn) -> UsageEstimate:
    """Return what a turn will take at most, for its reservation."""

    def read() -> int:
        return json_bytes([turn.body, turn.context])

    return UsageEstimate("responses", read, turn.create.max_output_tokens)


async def _tokens(model: LoadedModel, request: ChatRequest) -> int:
    """Return a prompt's tokens; about how many, where they are those of a server that does not count beforehand."""
    try:
        return await model.engine.count(request)
    except UnsupportedParameter:
        return prompt_tokens(request)


def _end_of(run: Run) -> ChatEnd:
    """Return how the model ended, as its step has it."""
    done = run.steps[0]
    return ChatEnd(done.result["reason"], Usage(**(done.usage or {})), served_by=done.result["served_by"])
