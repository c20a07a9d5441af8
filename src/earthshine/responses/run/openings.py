"""What is done for a response before its model is asked first: lists of tools are fetched, approved calls are made."""

from __future__ import annotations

import logging
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.errors import EarthshineError, InvalidRequest, UpstreamFailed
from earthshine.responses.items.approvals import approved
from earthshine.responses.items.programs import ready
from earthshine.responses.run.call_answers import failed
from earthshine.responses.run.model_step import ModelSteps
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.tool_step import ToolSteps
from earthshine.responses.tools.definitions import HostedTool
from earthshine.runs import Done, StepRecord
from earthshine.tools.listed import ListedTool

log = logging.getLogger(__name__)

Json = dict[str, Any]

_NOT_ALLOWED = (
    "This call was approved, but it is not allowed here: its tool is not in the server's list, or not among "
    "`allowed_tools`, or the rules of this installation refuse it."
)


class Openings:
    """Does it, and says how many items came of it."""

    def __init__(self, tools: ToolSteps, models: ModelSteps) -> None:
        self._tools, self._models = tools, models

    async def perform(self, response: ResponseRun) -> int:
        """Do what is to be done, or find that it was done before; returns the number of the response's items then.

        Raises `UpstreamFailed` or `InvalidRequest` when tools cannot be listed, and `CallsWait`.
        """
        items = response.turn.context
        unlisted, requests = response.toolset.unlisted(items), approved(items)
        programs = [each for each in ready(items) if response.toolset.run_here(each) is not None]
        if not unlisted and not requests and not programs:
            return 0
        response.builder.run()
        # How much of a result is shown depends on the model.
        await self._models.lease(response)
        place = 0
        for hosted, tool in unlisted:
            await self._list(response, place, hosted, tool)
            place += 1
        for request in requests:
            await self._call(response, place, request)
            place += 1 if kind_of(response.builder.output[place]).holds_answer else 2
        for program in programs:
            await self._tools.resume_program(response, program)
            answered = response.builder.answer_place(program["call_id"])
            assert answered is not None
            place = answered + 1
        return place

    async def _list(self, response: ResponseRun, place: int, hosted: HostedTool, tool: ListedTool) -> None:
        async def ask(_step: StepRecord) -> Done:
            try:
                return Done({"fields": await tool.list(hosted.settings, self._tools.context(response, None))})
            except EarthshineError as error:
                return Done({"error": error.message, "refused": isinstance(error, InvalidRequest)})
            except Exception:
                log.exception("the tool %s broke in %s", tool.type, response.id)
                return Done({"error": "The tool broke."})

        builder = response.builder
        builder.begin_item(place, tool.empty_list(hosted.settings))
        done: Json = await response.run.step(f"{tool.type} list {tool.label(hosted.settings)}", ask)
        if error := done.get("error"):
            if not builder.output[place].get("error"):
                builder.end_item(place, {"error": error}, "failed")
            raise InvalidRequest(error, param="tools") if done.get("refused") else UpstreamFailed(error)
        told: Json = done["fields"]
        if any(builder.output[place].get(name) != value for name, value in told.items()):
            builder.end_item(place, told, "completed")

    async def _call(self, response: ResponseRun, place: int, request: Item) -> None:
        items = [*response.turn.context, *response.builder.output]
        item, allowed = response.toolset.approved_call(request, items)
        hosted = response.toolset.run_here(item)
        if hosted is None or hosted.tool is None or not hosted.tool.reads_calls:
            response.builder.call_again(place, item, request["arguments"])
        elif len(response.builder.output) == place:
            response.builder.tell_call(item)
        if allowed:
            await self._tools.run(response, [place])
        else:
            self._tools.tell(response, place, failed(_NOT_ALLOWED))
