"""One step of a response in which the server runs a tool that the model called."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, cast

from earthshine.conversations.items import Item, kind_of
from earthshine.errors import EarthshineError
from earthshine.metering.meter import Meter, Reservation
from earthshine.metering.units import Amount, charge_id
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.tools.definitions import HostedTool
from earthshine.runs import Cut, Done, NotDone, StepRecord, Unknown
from earthshine.runs.run import StepFailed
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult

log = logging.getLogger(__name__)

Json = dict[str, Any]

_UNKNOWN = "The server stopped while this ran. Nobody knows yet whether it was done."
_CUT = "The response ended before this was over. Whether it was done is not known."
_DONE = "It was done; what it returned is not known."


class ToolSteps:
    """Runs tools, and says what came of them."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    async def run(self, response: ResponseRun, place: int) -> None:
        """Have a call answered: by its tool, by what was stored of that, or by whoever knew what nobody here did."""
        item = response.builder.output[place]
        tool = _tool(response, item)
        name = kind_of(item).called(item)
        try:
            result = await response.run.step(
                f"tool {name}",
                partial(self._work, response, tool, place),
                repeat=tool.repeat,
                details={"call_id": item["call_id"]},
            )
        except StepFailed as failure:
            # Somebody answered that the call failed.
            result = {"output": failure.message}
        there = response.builder.answer_place(item["call_id"])
        if there is None or response.builder.output[there]["status"] == "incomplete":
            response.builder.answer(_answer(item, result))

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
        found = await tool.settle(self._call(response, item, step.key), self._context(response, place))
        match found:
            case ToolResult():
                reservation = await response.reserve_amount(self._meter, tool)
                return self._done(response, tool, found, step, reservation)
            case NotDone():
                return found
            case Unknown():
                response.builder.answer(_answer(item, {"output": _UNKNOWN}), "incomplete")
                return found

    def abandon(self, response: ResponseRun) -> None:
        """Answer the calls that have no answer when a response ends: no history has calls that nobody answers."""
        for item in list(response.builder.output):
            if response.toolset.run_here(item) is None or item["status"] == "in_progress":
                continue
            there = response.builder.answer_place(item["call_id"])
            if there is None:
                response.builder.answer(_answer(item, {"output": _CUT}), "incomplete")

    async def _work(self, response: ResponseRun, tool: Tool, place: int, step: StepRecord) -> Done:
        item = response.builder.output[place]
        reservation = await response.reserve_amount(self._meter, tool)
        try:
            result = await tool.run(self._call(response, item, step.key), self._context(response, place))
        except EarthshineError as error:
            # What went wrong is for the model to read, exactly.
            result = ToolResult(f"Error: {error.message}", quantity=0)
        except Exception:
            log.exception("the tool %s broke in %s", tool.type, response.id)
            result = ToolResult("Error: The tool broke. It may or may not have been done.", quantity=0)
        except BaseException:
            if reservation is not None:
                reservation.release()
            raise
        return self._done(response, tool, result, step, reservation)

    def _done(
        self,
        response: ResponseRun,
        tool: Tool,
        result: ToolResult,
        step: StepRecord,
        reservation: Reservation | None,
    ) -> Done:
        """Return the end of a step, with what it is charged."""
        done = {"output": result.output, "item": result.item}
        if reservation is None or tool.unit is None:
            return Done(done)
        used = Amount(tool.type, tool.unit, result.quantity)
        settle = reservation.settle_within if response.stored else reservation.settle
        write = settle(charge_id(response.id, step.number, tool.unit), used)
        return Done(done, usage={tool.unit: result.quantity}, write=write)

    def _call(self, response: ResponseRun, item: Item, key: str) -> ToolCall:
        kind, hosted = kind_of(item), response.toolset.run_here(item)
        assert hosted is not None
        return ToolCall(item["call_id"], kind.called(item), kind.arguments(item), key, hosted.settings)

    def _context(self, response: ResponseRun, place: int) -> ToolContext:
        return ToolContext(response.turn.caller, response.toolset.offered, partial(response.builder.tell, place))


def _tool(response: ResponseRun, item: Item) -> Tool:
    hosted: HostedTool | None = response.toolset.run_here(item)
    assert hosted is not None and hosted.tool is not None
    return hosted.tool


def _answer(call: Item, result: Any) -> Item:
    """Return the item that answers a call; `result` is a step's, or what somebody answered in its place."""
    if not isinstance(result, dict):
        result = {"output": result if isinstance(result, str) else _DONE}
    given = cast("Json", result)
    if given.get("item") is not None:
        return {**given["item"], "call_id": call["call_id"]}
    return {"type": "function_call_output", "call_id": call["call_id"], "output": str(given.get("output", _DONE))}
