"""One step of a response in which the model is asked: it writes items, and may call what the server runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from earthshine.containers.containers import Containers
from earthshine.conversations.items import Item, kind_of
from earthshine.engines.deltas import ChatEnd, Delta, Text, Usage
from earthshine.engines.estimates import prompt_tokens, text_tokens
from earthshine.engines.interleave import flat
from earthshine.engines.pool import LoadedModel, blindness
from earthshine.engines.requests import ChatRequest
from earthshine.errors import Internal, UnsupportedParameter
from earthshine.harness.citations.checks import checked
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.responses.files.made import made_files
from earthshine.responses.files.readings import FileReadings
from earthshine.responses.items.messages import to_chat_request
from earthshine.responses.items.readings import Readings
from earthshine.responses.items.truncation import truncate
from earthshine.responses.param_names import responses_param_names
from earthshine.responses.run.budget import Allowance, asked_to_answer
from earthshine.responses.run.cited_text import CitedText
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.turns import Turn
from earthshine.responses.tools.toolset import Toolset
from earthshine.routing.router import Router
from earthshine.runs import Done, StepRecord
from earthshine.services import Services
from earthshine.wire import close

Shape = Callable[[ChatRequest], ChatRequest]
"""Returns what the model is asked in the place of what the plain loop would ask it."""
OUT_OF_BUDGET = "out_of_budget"
_ROOM_FOR_REPLY = 8
"""With truncation, the share of the context (one in so many) kept free when no output limit is given."""


class ModelSteps:
    """Asks models."""

    def __init__(self, router: Router, meter: Meter, services: Services) -> None:
        self.readings = FileReadings(services)
        self._services = services
        self._router = router
        self.meter = meter

    async def ask(
        self,
        response: ResponseRun,
        step: StepRecord,
        *,
        begin: int,
        refused: Sequence[Item],
        last: bool,
        shape: Shape | None = None,
    ) -> Done:
        """Ask the model; what it wrote in an earlier process is where it goes on.

        `begin` is how many items the response had before this step, `refused` the calls just before it that were none;
        `last` says that the model must answer now; `shape` is a program's.
        """
        run, turn = response.run, response.turn
        written = run.written.get(step.number, "")
        before = [item for item in response.builder.output[:begin] if not _is_cut_call(response, item)]
        estimate = estimate_of(response.turn, [*before, *refused], response.spent)
        reservation = await response.reserve(self.meter, estimate)
        response.begin_step(step)
        model = await self.lease(response)
        limit, since = reservation.begin(), time.monotonic()
        response.timings.note_begin()
        response.builder.run()
        items = [*turn.context, *before]
        own = {item["id"] for item in response.builder.output}
        readings = await self.readings.of(items, response.files, turn.caller, own)
        with responses_param_names():
            request = await self.request(
                model, turn, response.toolset, before, written, refused=refused, last=last, readings=readings
            )
            if shape is not None:
                request = shape(request)
            request = _with_room(request, turn, response.spent).at_most(limit)
            request, allowance = await self._allowed(response, model, request, since, last=last)
            sources = readings.sources
            made = await made_files(response, items, self._services.find(Containers))
            response.builder.begin_step(
                response.toolset.opens(items, response.builder.output),
                lambda part, last: made.cite(checked(part, sources) if sources.used else part, last),
            )
            text = CitedText(response.builder, sources)
            if run.taken_up and written and model.engine.capabilities.remote:
                asked = prompt_tokens(replace(request, written=""))
                response.lost = Usage(asked, 0, text_tokens(written), estimated=True)
            end = await self._answer(response, model, request, allowance, text, begin)
        text.feed(end)  # with the end of the step, so that no crash can part the last words from it
        result = {
            "reason": end.reason,
            "items": len(response.builder.output),
            **({"refused": response.builder.refused} if response.builder.refused else {}),
            **({"over": True} if allowance.over else {}),
            **({"again": True} if allowance.cuts(end) else {}),
        }
        if allowance.refusal:
            reservation.release()
            return Done(result, usage=asdict(Usage()))
        used = end.usage + response.lost
        settle = reservation.settle_within if response.stored else reservation.settle
        charge = settle(response.work_id, used, deployment=end.served_by)
        response.lost = Usage()
        return Done(result, usage=asdict(used), write=charge)

    async def request(
        self,
        model: LoadedModel,
        turn: Turn,
        toolset: Toolset,
        output: Sequence[Item] = (),
        written: str = "",
        *,
        refused: Sequence[Item] = (),
        last: bool = False,
        readings: Readings | None = None,
    ) -> ChatRequest:
        """Return what the model is asked; with truncation, as much of the history as there is room for.

        `readings` has what is shown of files, and in the end the numbers of the sentences that are.
        """
        create = turn.create
        capabilities = model.engine.capabilities
        readings = readings or Readings()

        def ask(items: Sequence[Item], written: str = "") -> ChatRequest:
            readings.begin()
            return to_chat_request(
                create,
                items,
                output=output,
                refused=refused,
                toolset=toolset,
                written=written,
                blind=blindness(model),
                last=last,
                readings=readings,
            )

        items: Sequence[Item] = turn.context
        limit = capabilities.context_length
        if create.truncation == "auto" and limit:
            room = create.max_output_tokens or limit // _ROOM_FOR_REPLY
            items = await truncate(items, lambda some: _tokens(model, ask(some)), max(1, limit - room))
        return ask(items, written)

    async def lease(self, response: ResponseRun) -> LoadedModel:
        """Return the model of a response, which it keeps to its end."""
        turn = response.turn
        response.model = response.model or await response.lease.enter_async_context(
            self._router.use(turn.create.model, turn.caller)
        )
        return response.model

    async def consult(
        self, response: ResponseRun, request: ChatRequest, step: StepRecord, *, seconds: float | None = None
    ) -> Done:
        """Ask the model something on the way to the answer, which no reader sees; returns its text.

        What is left of a budget is for the answer: then the reason is `OUT_OF_BUDGET`, and the model is not asked.
        After `seconds` it is cut, as by a limit of tokens.
        """
        whole = UsageEstimate("responses", lambda: json_bytes(list(request.messages)), request.sampling.max_tokens)
        reservation = await response.reserve(self.meter, whole)
        response.begin_step(step)
        model = await self.lease(response)
        limit, since = reservation.begin(), time.monotonic()
        request, allowance = await self._allowed(response, model, request.at_most(limit), since)
        if allowance.over:
            reservation.release()
            return Done({"text": "", "reason": OUT_OF_BUDGET}, usage=asdict(Usage()))
        said: list[str] = []
        ends = [at for at in (allowance.ends, seconds and since + seconds) if at is not None]

        def keep(delta: Delta) -> None:
            if isinstance(delta, Text):
                said.append(delta.text)

        told = flat(model.engine.chat(request, response.progress))
        end = await self._follow(response, told, keep, min(ends, default=None))
        settle = reservation.settle_within if response.stored else reservation.settle
        charge = settle(response.work_id, end.usage, deployment=end.served_by)
        return Done({"text": "".join(said), "reason": end.reason}, usage=asdict(end.usage), write=charge)

    async def _allowed(
        self, response: ResponseRun, model: LoadedModel, request: ChatRequest, since: float, *, last: bool = False
    ) -> tuple[ChatRequest, Allowance]:
        """Return a request as it may be made, where something bounds more than this response, and its bounds."""
        if (budget := response.budget) is None:
            return request, Allowance()
        allowance = await budget.allow(await _tokens(model, request), since=since)
        if allowance.over or (last and allowance.limited):
            request = asked_to_answer(request)
            allowance = await budget.allow(await _tokens(model, request), since=since, answering=True)
        return allowance.applied(request), allowance

    async def _answer(
        self,
        response: ResponseRun,
        model: LoadedModel,
        request: ChatRequest,
        allowance: Allowance,
        text: CitedText,
        begin: int,
    ) -> ChatEnd:
        """Have the model write, and say how it ended; what a budget cuts short is ended in words, never in silence."""
        if allowance.refusal:
            text.feed(Text(allowance.refusal))
            return ChatEnd("stop", Usage())
        end = await self._follow(
            response, flat(model.engine.chat(request, response.progress)), text.feed, allowance.ends
        )
        if allowance.last and response.budget is not None:
            wrote = any(item["type"] == "message" for item in response.builder.output[begin:])
            if end.reason == "length" or not wrote:
                text.feed(Text(f"\n\n{response.budget.cut()}" if wrote else response.budget.cut()))
            return replace(end, reason="stop")
        return end

    async def _follow(
        self,
        response: ResponseRun,
        deltas: AsyncIterator[Any],
        feed: Callable[[Delta], None],
        ends: float | None = None,
    ) -> ChatEnd:
        """Feed what the model writes, until it ends or, on the monotonic clock, `ends` has come."""
        end: ChatEnd | None = None
        clock = asyncio.timeout(None if ends is None else max(0.0, ends - time.monotonic()))
        try:
            async with clock:
                async for delta in deltas:
                    if isinstance(delta, ChatEnd):
                        end = delta
                        break
                    response.timings.note_piece()
                    feed(delta)
                    await response.stream.wait_for_space()
        except TimeoutError:
            if not clock.expired():
                raise
            await close(deltas)
            end = ChatEnd("length", (await response.progress.usage())[0], served_by=response.progress.served_by)
        finally:
            await close(deltas)
            if end is None and response.progress.pieces:
                response.cut = await response.progress.usage()
            if response.budget is not None and end is not None:
                response.budget.note(end.usage)
        if end is None:
            raise Internal("The engine ended a reply without saying how.")
        return end


def _is_cut_call(response: ResponseRun, item: Item) -> bool:
    """Tell whether an item is a call that was cut while it was written: no call, and nothing to show to the model."""
    kind = kind_of(item)
    cut = kind.pairs == "call" and not kind.holds_answer and item.get("status") == "incomplete"
    return cut and response.builder.answer_place(item["call_id"]) is None


def estimate_of(turn: Turn, output: Sequence[Item] = (), spent: int = 0) -> UsageEstimate:
    """Return what the next step of a turn will take at most, for its reservation."""

    def read() -> int:
        return json_bytes([turn.body, turn.context, list(output)])

    limit = turn.create.max_output_tokens
    if limit is not None:
        limit = max(1, limit - spent)
    return UsageEstimate("responses", read, limit)


def _with_room(request: ChatRequest, turn: Turn, spent: int) -> ChatRequest:
    """Return a request for what earlier steps have left of the output limit, which holds for the whole response."""
    limit = turn.create.max_output_tokens
    if limit is None or not spent:
        return request
    left = max(1, limit - spent)
    return replace(request, sampling=replace(request.sampling, max_tokens=left))


async def _tokens(model: LoadedModel, request: ChatRequest) -> int:
    """Return a prompt's tokens; about how many, where they are those of a server that does not count beforehand."""
    try:
        return await model.engine.count(request)
    except UnsupportedParameter:
        return prompt_tokens(request)
