"""Saying what became of a call of a tool that nobody here knew, because the server died while it ran."""

from __future__ import annotations

from typing import Literal

from fastapi import Request
from pydantic import Field

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.openapi import Routes, takes
from earthshine.responses.objects import Response
from earthshine.responses.run.service import ResponseRuns
from earthshine.runs import Runs
from earthshine.runs.records import State
from earthshine.runs.steps import load_steps
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse
from earthshine.wire.strict import Strict

router = Routes(prefix="/earthshine/v1/responses", tags=["Responses"])

_STATES: dict[str, State] = {"done": "ended", "failed": "failed", "not_done": "due"}


class CallOutcome(Strict):
    """The body of `POST /earthshine/v1/responses/{id}/calls/{call_id}`."""

    outcome: Literal["done", "failed", "not_done"]
    """`not_done` has the tool run again."""
    output: str | None = Field(default=None, max_length=2**20)
    """What the model reads of a call that was done or failed."""


@router.post("/{response_id}/calls/{call_id}")
@needs("project.write")
@takes(CallOutcome)
async def settle_call(response_id: str, call_id: str, request: Request) -> Reply[Response]:
    """Say what became of a call that nobody knew of, so that its response goes on. Saying it twice is no error."""
    responses, runs, who = service(request, ResponseRuns), service(request, Runs), caller(request)
    await responses.privacy.check(response_id, who, WRITING)
    body = await parse(CallOutcome, request)
    if body.outcome == "not_done" and body.output is not None:
        raise InvalidRequest("A call that was not done has no output; leave it out.", param="output")
    steps = await load_steps(service(request, Database), response_id)
    number = next((each.number for each in steps.values() if (each.details or {}).get("call_id") == call_id), None)
    if number is None:
        raise NotFound(f"The response has no call {call_id[:100]!r} that the server ran.", param="call_id")
    error = {"code": "tool_failed", "message": body.output or "The call failed."}
    await runs.answer(
        response_id,
        number,
        state=_STATES[body.outcome],
        result=body.output if body.outcome == "done" else None,
        error=error if body.outcome == "failed" else None,
    )
    return json_reply(await responses.readers.now(response_id, who.project))
