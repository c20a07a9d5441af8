"""One step of a response in which the server runs a tool that the model called."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.base import program_of
from earthshine.engines.requests import ChatRequest
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.metering.meter import Meter
from earthshine.metering.reservation import Reservation
from earthshine.metering.units import Amount, charge_id
from earthshine.responses.items.readings import files_in, last_said
from earthshine.responses.run.budget import in_time, room_left
from earthshine.responses.run.call_answers import answer, answered, failed
from earthshine.responses.run.model_step import OUT_OF_BUDGET, ModelSteps
from earthshine.responses.run.nested_calls import CallsWait, NestedCalls
from earthshine.responses.run.response_run import MODEL_STEP, ResponseRun
from earthshine.responses.tools.definitions import HostedTool
from earthshine.runs import Cut, Done, NotDone, StepRecord, Unknown
from earthshine.runs.endings import StepFailed
from earthshine.services import Services
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolFailed, ToolResult
from earthshine.tools.listed import ListedTool

log = logging.getLogger(__name__)

Json = dict[str, Any]

_MOST_ROOM, _SHARE = 4000, 4
"""Tokens that the result of one call should have at most, and the share of the context (one in so many)."""
_PROGRAM_ROOM = 50_000
"""The same for a call of a program's, which no prompt shows."""
_MOST_AT_ONCE = 4
"""Calls of one step of the model that are run side by side."""
_UNKNOWN = "The server stopped while this ran. Nobody knows yet whether it was done."
_CUT = "The response ended before this was over. Whether it was done is not known."


class ToolSteps:
    """Runs tools, and says what came of them."""

    def __init__(self, meter: Meter, models: ModelSteps, services: Services) -> None:
        self._meter, self._models, self._services = meter, models, services

    async def run(self, response: ResponseRun, places: Sequence[int]) -> None:
        """Have calls answered, in order; side by side where their tools neither work in steps nor must not repeat.

        Raises what the first of them raises that could not be answered, when all that were begun have ended; and
        `CallsWait` when all that can be are answered.
        """
        left, waits = list(places), False
        while left:
            some = list(takewhile(partial(self._beside, response), left))[:_MOST_AT_ONCE] or left[:1]
            left = left[len(some) :]
            work = (self._result(response, response.builder.output[place], place) for place in some)
            results = await asyncio.gather(*work, return_exceptions=True)
            for place, result in zip(some, results, strict=True):
                if not isinstance(result, BaseException):
                    self.tell(response, place, result)
            # An error ends the response; what only waits is asked again by whoever goes on.
            raised = [each for each in results if isinstance(each, BaseException) and not isinstance(each, CallsWait)]
            if raised:
                raise next((each for each in raised if isinstance(each, Exception)), raised[0])
            waits |= any(isinstance(each, CallsWait) for each in results)
        if waits:
            raise CallsWait

    def _beside(self, response: ResponseRun, place: int) -> bool:
        tool = _tool(response, response.builder.output[place])
        return not tool.in_steps and tool.repeat != "never"

    async def resume_program(self, response: ResponseRun, program: Item) -> None:
        """Go on with a program of an earlier response, all of whose calls were answered. Raises `CallsWait`."""
        result = await self._result(response, program, None)
        there = response.builder.answer_place(program["call_id"])
        if there is None or response.builder.output[there]["status"] == "incomplete":
            response.builder.answer(answer(program, result))

    async def _result(self, response: ResponseRun, item: Item, place: int | None) -> Any:
        """Return what its tool answers to a call, or what was stored of that, or what whoever knew has said.

        `place`: where it is in the output; None for a program of an earlier response.
        """
        tool = _tool(response, item)
        if tool.in_steps or place is None:
            work = partial(self._charged, response, tool, await self._in_steps(response, tool, item, place))
        else:
            work = partial(self._work, response, tool, place)
        details = {"call_id": item["call_id"]}
        try:
            return await response.run.step(
                f"tool {kind_of(item).called(item)}", work, repeat=tool.repeat, details=details
            )
        except StepFailed as failure:
            # Somebody answered that the call failed.
            return failed(failure.message)

    def tell(self, response: ResponseRun, place: int, result: Any) -> None:
        """Tell readers what a call returned, unless they were told before."""
        item = response.builder.output[place]
        if (kind := kind_of(item)).holds_answer:
            if not kind.is_answered(item):
                response.builder.put_answer(place, answered(item, result))
            return
        begun = _begun(response, item)
        if begun is None or begun["status"] != "completed":
            response.builder.answer(answer(item, result, begun))

    async def settle(self, response: ResponseRun, step: StepRecord) -> Cut:
        """Say what became of a call that was cut; readers are told of one that nobody knows."""
        call_id = (step.details or {})["call_id"]
        place = next(
            place
            for place, item in enumerate(response.builder.output)
            if item.get("call_id") == call_id and kind_of(item).pairs == "call"
        )
        item = response.builder.output[place]
        tool = _tool(response, item)
        found = await tool.settle(self._call(response, item, step.key), self.context(response, place))
        match found:
            case ToolResult():
                reservation = await response.reserve_amount(self._meter, tool)
                return self._done(response, tool, found, step, reservation)
            case NotDone():
                return found
            case Unknown():
                if (kind := kind_of(item)).holds_answer:
                    unknown = {**kind.with_failure(item, _UNKNOWN), "status": "incomplete"}
                    response.builder.put_answer(response.builder.output.index(item), unknown)
                else:
                    begun = _begun(response, item)
                    response.builder.answer(answer(item, {"output": _UNKNOWN}, begun), "incomplete")
                return found

    def abandon(self, response: ResponseRun) -> None:
        """Answer the calls that have no answer when a response ends: no history has calls that nobody answers."""
        for place, item in enumerate(list(response.builder.output)):
            if response.toolset.run_here(item) is None or item["status"] == "in_progress":
                continue
            if item.get("call_id") in response.waiting:
                continue
            if (kind := kind_of(item)).holds_answer:
                if not kind.is_answered(item) and item["status"] != "incomplete":
                    response.builder.put_answer(place, {**item, "status": "incomplete"})
                continue
            begun = _begun(response, item)
            if begun is None or begun["status"] == "in_progress":
                response.builder.answer(answer(item, {"output": _CUT}, begun), "incomplete")

    async def _work(self, response: ResponseRun, tool: Tool, place: int, step: StepRecord) -> Done:
        item = response.builder.output[place]
        reservation = await response.reserve_amount(self._meter, tool)
        try:
            call, context = self._call(response, item, step.key), self.context(response, place)
            if (first := tool.answer_item(call)) is not None:
                there = response.builder.begin_answer({**first, "call_id": call.id})
                context = replace(context, tell=partial(response.builder.tell, there))
            async with in_time(response.budget):
                result = await tool.run(call, context)
        except EarthshineError as error:
            # What went wrong is for the model to read, exactly.
            return self._failed(response, tool, f"Error: {error.message}", step, reservation)
        except Exception:
            log.exception("the tool %s broke in %s", tool.type, response.id)
            words = "Error: The tool broke. It may or may not have been done."
            return self._failed(response, tool, words, step, reservation)
        except BaseException:
            if reservation is not None:
                reservation.release()
            raise
        return self._done(response, tool, result, step, reservation)

    async def _in_steps(self, response: ResponseRun, tool: Tool, item: Item, place: int | None) -> ToolResult:
        """Have a tool do its work in steps of its own; what it returns is the same each time. Raises `CallsWait`."""
        nested = NestedCalls(response, item, self.run)
        if item["type"] == "program" and response.builder.answer_place(item["call_id"]) is not None:
            await nested.finish()
            return ToolResult("")  # what it returned is in the step that has ended
        functions = response.toolset.for_programs([*response.turn.context, *response.builder.output])
        context = self.in_steps(response, tool.type, self.context(response, place))
        try:
            result = await tool.run(self._call(response, item, ""), replace(context, functions=functions, call=nested))
        except InvalidRequest as error:
            result = ToolResult(f"Error: {error.message}", quantity=0)
        await nested.finish()
        return result

    def in_steps(self, response: ResponseRun, what: str, context: ToolContext) -> ToolContext:
        """Return a context in which work is done, and the model asked, in steps of a response's run."""

        async def step(name: str, work: Callable[[], Awaitable[Json]]) -> Json:
            async def do(_step: StepRecord) -> Done:
                try:
                    return Done({"value": await work()})
                except EarthshineError as error:
                    return Done({"error": error.message})
                except Exception:
                    log.exception("%s broke in %s", what, response.id)
                    return Done({"error": "The tool broke."})

            done: Json = await response.run.step(f"{what} {name}", do)
            if "error" in done:
                raise ToolFailed(done["error"])
            return done["value"]

        async def ask(name: str, request: ChatRequest) -> str:
            done: Json = await response.run.step(
                f"{MODEL_STEP} {name}", partial(self._models.consult, response, request)
            )
            if done["reason"] == OUT_OF_BUDGET:
                raise ToolFailed("Too little is left of what this task may use to ask the model on the way.")
            return done["text"]

        return replace(context, step=step, ask=ask)

    async def read_files(self, response: ResponseRun) -> None:
        """Read the files of the messages, before the model is asked first."""
        turn = response.turn
        if files_in(turn.context):
            model = await self._models.lease(response)
            context = self.in_steps(response, "files", self.context(response, None))
            length = model.engine.capabilities.context_length
            response.files = await self._models.readings.choose(turn.context, turn.body, context, length)

    async def _charged(self, response: ResponseRun, tool: Tool, result: ToolResult, step: StepRecord) -> Done:
        return self._done(response, tool, result, step, await response.reserve_amount(self._meter, tool))

    def _failed(
        self, response: ResponseRun, tool: Tool, words: str, step: StepRecord, reservation: Reservation | None
    ) -> Done:
        done = self._done(response, tool, ToolResult(words, quantity=0), step, reservation)
        return replace(done, result={**failed(words), "item": None})

    def _done(
        self,
        response: ResponseRun,
        tool: Tool,
        result: ToolResult,
        step: StepRecord,
        reservation: Reservation | None,
    ) -> Done:
        """Return the end of a step, with what it is charged."""
        done: Json = {"output": result.output, "item": result.item}
        if result.files:
            done["files"] = list(result.files)
        if reservation is None or tool.unit is None:
            return Done(done)
        used = Amount(tool.type, tool.unit, result.quantity)
        settle = reservation.settle_within if response.stored else reservation.settle
        write = settle(charge_id(response.id, step.number, tool.unit), used)
        return Done(done, usage={tool.unit: result.quantity}, write=write)

    def _call(self, response: ResponseRun, item: Item, key: str) -> ToolCall:
        kind, hosted = kind_of(item), response.toolset.run_here(item)
        assert hosted is not None
        call = ToolCall(item["call_id"], kind.called(item), kind.arguments(item), key, hosted.settings)
        if not isinstance(hosted.tool, ListedTool):
            return call
        schema = response.toolset.schema(item, [*response.turn.context, *response.builder.output])
        return replace(call, own_name=item["name"], schema=schema)

    def context(self, response: ResponseRun, place: int | None) -> ToolContext:
        """Return what a tool may use: one that answers the call at a place, or one that nobody called."""
        nested = place is not None and program_of(response.builder.output[place]) is not None
        length = response.model.engine.capabilities.context_length if response.model is not None else 0
        room = min(_MOST_ROOM, length // _SHARE or _MOST_ROOM)
        return ToolContext(
            response.turn.caller,
            response.toolset.offered([*response.turn.context, *response.builder.output]),
            partial(response.builder.tell, place) if place is not None else lambda _event, _fields: None,
            self._services,
            last_said(response.turn.context),
            response.toolset.told([*response.turn.context, *response.builder.output]),
            room=_PROGRAM_ROOM if nested else room_left(response.budget, room),
        )


def _tool(response: ResponseRun, item: Item) -> Tool:
    hosted: HostedTool | None = response.toolset.run_here(item)
    assert hosted is not None and hosted.tool is not None
    return hosted.tool


def _begun(response: ResponseRun, call: Item) -> Item | None:
    """Return the answer of a call as far as it was told; None where nothing was."""
    there = response.builder.answer_place(call["call_id"])
    return None if there is None else response.builder.output[there]
