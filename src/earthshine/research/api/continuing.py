"""Going on from a finished report: a section deepened, a source dropped or added, by a new response."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from earthshine.accounts.authorization.caller import Caller
from earthshine.research.commands import Command
from earthshine.research.report import ResearchReport
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import StoredResponse
from earthshine.responses.tools.secrets import told
from earthshine.wire import check

Json = dict[str, Any]

_KEPT = ("instructions", "tools", "reasoning", "max_tool_calls", "temperature", "top_p", "metadata", "earthshine")


class Continuing:
    """Begins them."""

    def __init__(self, responses: ResponseRuns) -> None:
        self._responses = responses

    async def begin(self, response_id: str, report: ResearchReport, command: Command, who: Caller) -> str:
        """Begin what goes on from a report with a wish about it; returns its response's id. Raises as a request."""
        row = await self._responses.store.get(response_id, who.project)
        body = _body(row, report, command)
        create = check(ResponseCreate, body)
        turn = await self._responses.turns.prepare(create, body, who)
        settings: Json = {**(turn.program or {}), "question": report["question"], "commands": [command]}
        settings |= {"from": response_id, "since": None}
        begun = await self._responses.start(replace(turn, program=settings, in_chat=row.in_chat))
        return begun.id


def _body(row: StoredResponse, report: ResearchReport, command: Command) -> Json:
    """Return the request: the earlier one's, with what is wanted now."""
    request = told(row.request)
    kept = {name: request[name] for name in _KEPT if request.get(name) is not None}
    extension: Json = kept.get("earthshine") or {}
    # It is the same report, so in the same language; nobody is asked again.
    options: Json = {**(extension.get("research") or {}), "language": report["language"] or None}
    options |= {"clarify": False, "approve": False, "since": None}
    asked = [each["heading"] for each in report["sections"] if each["id"] == command.get("question")]
    before: Json = {"previous_response_id": row.id}
    if row.conversation_id is not None:
        before = {"conversation": row.conversation_id}
    said = asked[0] if asked else report["question"]
    about: Json = {
        "model": row.response["model"],
        "input": said,
        "background": True,
        "earthshine": {"research": options},
    }
    return {**kept, **about, **before}
