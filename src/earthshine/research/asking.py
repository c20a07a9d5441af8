"""From a request to a research: its question, its tools, and what it goes on from."""

from __future__ import annotations

import time
from typing import Any

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Privacy
from earthshine.database import Connection
from earthshine.errors import EarthshineError, InvalidRequest, NotFound
from earthshine.research.commands import Command
from earthshine.research.names import PROGRAM
from earthshine.research.request import MOST_QUESTION, Extension, ResearchOptions
from earthshine.research.store import Researches
from earthshine.responses.run.turns import Turn
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import ResponseStore
from earthshine.services import Services
from earthshine.tools.web.search_tool import WebSearch, WebSearchTool
from earthshine.wire import check

Json = dict[str, Any]

_MOST_BEFORE = 30
"""Responses before a new one among which the last report to the same question is looked for."""
_SEARCHING = ("web_search", "file_search", "mcp")


class ResearchAsking:
    """Makes the settings of researches, and stores them."""

    def __init__(self, services: Services, researches: Researches, responses: ResponseStore, privacy: Privacy) -> None:
        self._services, self._researches = services, researches
        self._responses, self._privacy = responses, privacy

    async def make(self, create: ResponseCreate, body: Json, caller: Caller) -> tuple[Json, Json]:
        """Return the body with tools that search, and the settings. Raises a 400 or 404 that names the field."""
        options = _options(create)
        if options.approve and not create.background:
            raise InvalidRequest(
                "Nobody can approve a plan while a client waits for the reply: set `background` too.",
                param="earthshine.research.approve",
            )
        if options.since is not None:
            await self._check_report(options.since, caller)
        question, clarified, before = await self._question(create, caller)
        # Who asks the same again wants to know what is new.
        earlier = await self._same_question(create.previous_response_id, question, caller)
        if not question or len(question) > MOST_QUESTION:
            raise InvalidRequest(
                f"A research needs a question in the last message, of {MOST_QUESTION} characters at most."
                " What else it is to know can be in `instructions`, or in files that it searches.",
                param="input",
            )
        settings: Json = {
            "question": question,
            "clarify": options.clarify and not clarified,
            "approve": options.approve,
            "language": options.language,
            "languages": options.languages or [],
            "limits": {} if options.limits is None else options.limits.model_dump(exclude_none=True),
            "since": options.since or earlier,
            "from": None if earlier else before,
        }
        return self._equipped(body), settings

    async def store(self, connection: Connection, response_id: str, turn: Turn) -> None:
        """Store a research with the response that begins."""
        if turn.program is None or turn.program["name"] != PROGRAM:
            return
        question, commands = turn.program["question"], _commands(turn.program)
        await self._researches.add(
            connection, response_id, turn.project, at=int(time.time()), question=question, commands=commands
        )

    async def _question(self, create: ResponseCreate, caller: Caller) -> tuple[str, bool, str | None]:
        """Return the question, whether it was asked back, and the response of the report that it goes on from."""
        said, previous = _last_said(create), create.previous_response_id
        if previous is None:
            return said, False, None
        # Whoever may not see it is told so when the history is read.
        earlier = await self._researches.find(previous, caller.project)
        if earlier is None:
            return said, False, None
        if earlier.title:
            return said, False, previous
        row = await self._responses.get(previous, caller.project)
        asked = row.status == "completed"
        return (f"{earlier.question}\n{said}".strip() if asked else said), asked, None

    async def _same_question(self, response_id: str | None, question: str, caller: Caller) -> str | None:
        """Return the last report to the same question among the responses that a new one goes on from."""
        for _ in range(_MOST_BEFORE):
            if response_id is None:
                break
            found = await self._researches.find(response_id, caller.project)
            if found is not None and found.title and found.question == question:
                return response_id
            response_id = await self._responses.previous(response_id, caller.project)
        return None

    async def _check_report(self, response_id: str, caller: Caller) -> None:
        try:
            await self._privacy.check(response_id, caller)
            found = await self._researches.find(response_id, caller.project)
        except NotFound:
            found = None
        if found is None or not found.title:
            raise InvalidRequest(
                f"There is no finished report of {response_id!r} here. `since` is the id of its response.",
                param="earthshine.research.since",
            )

    def _equipped(self, body: Json) -> Json:
        """Return the body with `web_search` where it has nothing that searches."""
        tools: list[Json] = body.get("tools") or []
        if any(str(tool.get("type")).startswith(_SEARCHING) for tool in tools):
            return body
        if lacking := WebSearch().lacks(WebSearchTool(type="web_search"), self._services):
            raise InvalidRequest(
                f"A research needs something to search: {lacking} Or give `file_search` or `mcp`.",
                param="tools",
            )
        return {**body, "tools": [*tools, {"type": "web_search"}]}


def _commands(program: Json) -> list[Command]:
    """Return what the research begins with, where it goes on from another with a wish about that."""
    return program.get("commands", [])


def _last_said(create: ResponseCreate) -> str:
    """Return the words of the last message of the user."""
    for item in reversed(create.input or []):
        if item.get("role") == "user":
            said: Any = item.get("content")
            parts: list[Json] = [{"type": "input_text", "text": said}] if isinstance(said, str) else said
            return "\n".join(part["text"] for part in parts if part["type"] == "input_text").replace("\0", "").strip()
    return ""


def _options(create: ResponseCreate) -> ResearchOptions:
    try:
        return check(Extension, create.earthshine or {}).research
    except EarthshineError as error:
        error.param = "earthshine" + (f".{error.param}" if error.param else "")
        raise
