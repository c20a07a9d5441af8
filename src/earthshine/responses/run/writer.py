"""The writing of one run: route it, follow the model, turn deltas into events, end, charge."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from earthshine import harness
from earthshine.conversations.items import Item
from earthshine.conversations.store import Conversations
from earthshine.database import Connection
from earthshine.engines.base import ChatEnd, ChatRequest, Usage
from earthshine.engines.estimates import prompt_tokens, text_tokens
from earthshine.engines.pool import LoadedModel
from earthshine.errors import ContextLengthExceeded, EarthshineError, Internal, NotFound, UnsupportedParameter
from earthshine.metering.meter import Meter, Reservation, Write
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.responses.events import fold
from earthshine.responses.items.messages import to_chat_request
from earthshine.responses.items.truncation import truncate
from earthshine.responses.journal.journal import TakenOver
from earthshine.responses.journal.stream import Stream
from earthshine.responses.journal.timings import Timings
from earthshine.responses.param_names import responses_param_names
from earthshine.responses.response_builder import ResponseBuilder
from earthshine.responses.run.turns import Turn
from earthshine.responses.store import ResponseStore
from earthshine.routing.router import Router
from earthshine.telemetry.spans import step
from earthshine.wire import close

log = logging.getLogger(__name__)

Json = dict[str, Any]

_ROOM_FOR_REPLY = 8
"""With truncation, the share of the context (one in so many) kept free when no output limit is given."""


@dataclass(slots=True)
class Run:
    """One response being written."""

    id: str
    turn: Turn
    stream: Stream
    builder: ResponseBuilder
    stored: bool
    task: asyncio.Task[None] | None = None
    cancelling: bool = False
    error: EarthshineError | None = None
    """Why it failed, if it did."""
    lease: AsyncExitStack = field(default_factory=AsyncExitStack)
    model: LoadedModel | None = None
    reservation: Reservation | None = None
    progress: harness.Progress = field(default_factory=harness.Progress)
    timings: Timings = field(default_factory=Timings)
    cut: tuple[Usage, bool] | None = None
    """What was used when it was cut before its end, and whether that is an estimate."""
    lost: Usage = field(default_factory=Usage)
    """What a server that died had used of another's service for it: an estimate, since nobody saw that reply's end."""

    @property
    def response(self) -> Json:
        """The Response as a reader may see it now: what is stored, no more."""
        return fold(self.stream.events)

    async def ended(self) -> Json:
        """Wait for the end; returns the final Response."""
        assert self.task is not None
        await asyncio.wait({self.task})
        return self.response


class RunWriter:
    """Writes runs, each from its reservation to its last event."""

    def __init__(self, store: ResponseStore, router: Router, conversations: Conversations, meter: Meter) -> None:
        self._store = store
        self._router = router
        self._conversations = conversations
        self._meter = meter

    async def write(self, run: Run, written: str) -> None:
        """Go on with a run from what was `written` of it already, to its end."""
        try:
            async with run.lease:
                turn = run.turn
                taken_up = run.reservation is None
                if run.reservation is None:
                    # Taken up after a crash: it was let in then, so it is now, and counts.
                    estimate = estimate_of(turn)
                    run.reservation = await self._meter.admit(turn.caller, turn.create.model, estimate, forced=True)
                model = run.model or await run.lease.enter_async_context(
                    self._router.use(turn.create.model, turn.caller)
                )
                limit = run.reservation.begin()
                run.timings.note_begin()
                run.builder.run()
                with responses_param_names():
                    request = (await self.request(model, turn, written)).at_most(limit)
                    if taken_up and written and model.card.engine == "openai_compatible":
                        asked = prompt_tokens(replace(request, written=""))
                        run.lost = Usage(asked, 0, text_tokens(written), estimated=True)
                    end = await self._follow(run, harness.chat(model, request, run.progress))
        except asyncio.CancelledError:
            # Cancelled by its client: what was written is kept. Cancelled by shutdown: left as it is, to be resumed.
            if run.stream.lost:
                run.error = TakenOver()
                return
            if run.cancelling or not run.turn.create.background:
                await self.finish(run, "cancelled")
            if not run.cancelling:
                raise
        except EarthshineError as error:
            if isinstance(error, ContextLengthExceeded) and run.turn.create.truncation != "auto":
                error.advise("Or set truncation to 'auto'.")
            run.error = error
            await self.finish(run, "failed", error=error)
        except Exception:
            log.exception("the run %s failed", run.id)
            run.error = Internal(f"Something broke while this response was written. The log has it under {run.id}.")
            await self.finish(run, "failed", error=run.error)
        else:
            if end.reason in ("stop", "tool_calls"):
                await self.finish(run, "completed", end=end)
            else:
                reason = "max_output_tokens" if end.reason == "length" else "content_filter"
                await self.finish(run, "incomplete", end=end, reason=reason)

    async def _follow(self, run: Run, deltas: AsyncIterator[Any]) -> ChatEnd:
        end: ChatEnd | None = None
        try:
            async for delta in deltas:
                if isinstance(delta, ChatEnd):
                    end = delta
                    return end
                run.timings.note_piece()
                run.builder.feed(delta)
                await run.stream.wait_for_space()
        finally:
            await close(deltas)
            if end is None and run.progress.pieces:
                run.cut = await run.progress.usage()
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

    async def finish(
        self,
        run: Run,
        status: Literal["completed", "incomplete", "failed", "cancelled"],
        *,
        end: ChatEnd | None = None,
        reason: str | None = None,
        error: EarthshineError | None = None,
    ) -> None:
        """Store the last events, the final Response, its charge and the conversation's new items in one transaction."""
        charge, usage = self._charge(run, end)
        # The last words, the end and the final Response are queued in one go, so that no crash can part them.
        if end is not None:
            run.builder.feed(end)
        final = run.builder.end(status, usage=usage, reason=reason, error=error)

        async def write(connection: Connection) -> None:
            await self._store.finish(connection, final, run.timings)
            conversation = run.turn.conversation_id
            if conversation is not None and status in ("completed", "incomplete"):
                new = [*run.turn.items, *final["output"]]
                # A conversation that was deleted meanwhile does not undo the response.
                with suppress(NotFound):
                    await self._conversations.append_items(conversation, run.turn.project, new, conn=connection)
            if charge is not None:
                await charge(connection)

        # The end of a run is stored even while its task is being cancelled.
        ending = run.stream.end(write)
        with step("journal", response=run.id):
            while not ending.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.shield(ending)
        try:
            ending.result()
        except TakenOver as lost:
            run.error = lost

    def _charge(self, run: Run, end: ChatEnd | None) -> tuple[Write | None, Usage | None]:
        """Return what writes the charge for a run, and the usage that its Response shows: only what was counted.

        A run that is not stored has no transaction; it is charged now, before its last event is seen. One that wrote
        nothing is not charged.
        """
        if end is not None:
            used, estimated, deployment = end.usage + run.lost, False, end.served_by
        elif run.cut is not None:
            (used, estimated), deployment = run.cut, run.progress.served_by
            used += run.lost
        elif run.lost.estimated:
            used, estimated, deployment = run.lost, True, self._router.served(run.turn.create.model).deployments[0]
        else:
            return None, None
        shown = None if estimated else used
        if run.reservation is None:
            return None, shown
        settle = run.reservation.settle_within if run.stored else run.reservation.settle
        charge = settle(run.id, used, deployment=deployment, partial=end is None, estimated=estimated)
        return charge, shown


def estimate_of(turn: Turn) -> UsageEstimate:
    """Return what a turn will take at most, for its reservation."""

    def read() -> int:
        return json_bytes([{**turn.body, "input": None}, turn.context])

    return UsageEstimate("responses", read, turn.create.max_output_tokens)


async def _tokens(model: LoadedModel, request: ChatRequest) -> int:
    """Return a prompt's tokens; about how many, where they are those of a server that does not count beforehand."""
    try:
        return await harness.count(model, request)
    except UnsupportedParameter:
        return prompt_tokens(request)
