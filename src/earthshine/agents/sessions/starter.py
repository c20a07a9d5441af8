"""The start of a turn's next response, from what is stored alone; once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.program.choice import ProgramChoice
from earthshine.agents.sessions import store
from earthshine.agents.sessions.environment import is_ready
from earthshine.agents.sessions.state import TurnState, call_key
from earthshine.agents.sessions.tools import response_tools
from earthshine.agents.subagents.tools import functions
from earthshine.agents.tokens import VaultTokens
from earthshine.conversations.items.mcp.approval import REQUEST
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, Internal, StorageFull, Unavailable
from earthshine.ids import new_id
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import ResponseExists
from earthshine.runs.records import now_ms
from earthshine.wire import check

log = logging.getLogger(__name__)

Json = dict[str, Any]

BASE = "You are an agent. Work step by step with the tools you have until the task is done, then say what came of it."
"""What every agent is told, before its own instructions."""
DELIVER = "Save files that the user is to get in the folder outputs."
"""What it is told where it has a container."""
SUBAGENT = "Another agent gave you this task. It reads nothing of what you do but your last message."
"""What a subagent is told besides."""


class TurnStarter:
    """Starts the responses of turns."""

    def __init__(
        self,
        database: Database,
        runs: ResponseRuns,
        tokens: VaultTokens,
        still_open: Callable[[Caller], None],
        programs: ProgramChoice,
    ) -> None:
        self._database, self._runs, self._tokens = database, runs, tokens
        self._programs = programs
        self._still_open = still_open
        self.on_failed: list[Callable[[Connection, str], Awaitable[None]]] = []
        """Called with a turn that fails before its response begins, in the transaction in which it does."""

    async def begin(self, turn_id: str) -> None:
        """Begin the last response of a turn; what keeps it from it is stored.

        When the server cannot store anything now, the turn stays as it is and is tried again.
        """
        try:
            async with self._database.read() as connection:
                turn = await store.find_turn(connection, turn_id)
            if turn is not None and turn.due and turn.status != "queued":
                turn = await self._go_on(turn)
            if turn is None or not turn.due:
                return
            await self._start(turn)
        except ResponseExists:
            return
        except (Unavailable, StorageFull) as failure:
            log.warning("the turn %s waits: %s", turn_id, failure.message)
        except EarthshineError as failure:
            await self._fail(turn_id, "invalid_request", failure.message)
        except Exception:
            log.exception("the turn %s cannot begin", turn_id)
            error = Internal(f"Something broke before this turn began. The log has it under {turn_id}.")
            await self._fail(turn_id, "internal_error", error.message)

    async def _go_on(self, turn: TurnState) -> TurnState | None:
        """Give a turn, whose last response has ended, its next one: with the words that wait, if there are some."""
        async with self._database.write() as connection:
            await store.lock_session(connection, turn.row.session_id)
            now = await store.find_turn(connection, turn.id)
            if now is None or not now.due or now.status == "queued":
                return now
            steps: list[Json] = [*now.row.steps, {"id": new_id("resp"), "input": now.row.said or []}]
            await store.set_turn(connection, turn.id, steps=steps, said=None)
            return await store.find_turn(connection, turn.id)

    async def _start(self, turn: TurnState) -> None:
        caller = Caller.load(turn.row.caller)
        self._still_open(caller)
        async with self._database.read() as connection:
            session = await store.find_session(connection, turn.row.session_id, caller.project)
            before = await _to_last_begun(connection, turn)
        if not is_ready(session.environment):
            return  # it is begun by whoever hears that it is
        body = await self._body(session, turn, before)
        program = self._programs.of(session, turn.id, turn.row.steps, body["tools"])
        named = self._programs.is_named(session.agent["model"])
        if named and "previous_response_id" not in body and (since := await self._programs.last_report(session.id)):
            body["earthshine"] = {"research": {"since": since}}
        if program is not None or named:
            # The plan is told as reasoning, of which sessions show the summary.
            body["reasoning"] = {"summary": "auto", **body["reasoning"]}
        create = await asyncio.to_thread(check, ResponseCreate, body)
        asked = await self._runs.turns.prepare(create, body, caller)
        asked = replace(asked, program=program or asked.program)
        await self._runs.start(asked, response_id=turn.steps[-1].id)

    async def _body(self, session: Row[Any], turn: TurnState, before: Sequence[TurnState]) -> Json:
        """Return the request for the response."""
        agent: Json = session.agent
        tokens = [
            await self._tokens.token(session.vault_ids, session.project, tool) if tool["type"] == "mcp" else None
            for tool in agent["tools"]
        ]
        helper = turn.subagent_id is not None
        helpers = functions() if agent["multi_agent"]["enabled"] and not helper else []
        deliver = DELIVER if session.environment["type"] == "openai_hosted" else ""
        told = (f"{BASE} {deliver}".strip(), SUBAGENT if helper else "", agent["instructions"])
        instructions = "\n\n".join(filter(None, told))
        previous, given = _going_on(turn, before)
        body: Json = {
            "model": agent["model"],
            "instructions": instructions,
            "input": given,
            "tools": [*response_tools(session.id, agent["tools"], session.environment, tokens), *helpers],
            "text": _text(agent["text"]),
            "reasoning": {name: value for name, value in agent["reasoning"].items() if value is not None},
            "metadata": {"session_id": session.id, "turn_id": turn.id},
            "background": True,
            "store": True,
            "truncation": "auto",
        }
        return body if previous is None else {**body, "previous_response_id": previous}

    async def _fail(self, turn_id: str, code: str, message: str) -> None:
        async with self._database.write() as connection:
            error = {"code": code, "message": message}
            await store.set_turn(connection, turn_id, state="failed", error=error, ended_ms=now_ms())
            for tell in self.on_failed:
                await tell(connection, turn_id)


async def _to_last_begun(connection: Connection, turn: TurnState) -> list[TurnState]:
    """Return the turns before this one, newest first, up to one of which a response has begun."""
    found: list[TurnState] = []
    if any(step.status for step in turn.steps):
        return found
    earlier = await store.turn_before(connection, turn)
    while earlier is not None:
        found.append(earlier)
        if any(step.status for step in earlier.steps):
            break
        earlier = await store.turn_before(connection, earlier)
    return found


def _going_on(turn: TurnState, before: Sequence[TurnState]) -> tuple[str | None, list[Json]]:
    """Return the response that the next one goes on from, and what is given to it; `before` is newest first.

    What no response was given is given now. Calls that nobody made, because their turn was cancelled, are off.
    """
    given: list[Json] = [_bare(item) for item in turn.row.steps[-1]["input"]]
    for at, each in enumerate([turn, *before]):
        if at:
            given = [*map(_bare, each.row.said or ()), *given]
        for place in reversed(range(len(each.steps) - (at == 0))):
            step = each.steps[place]
            if step.status:
                answered = {item.get("call_id") or item.get("approval_request_id") for item in given}
                off = [_off(item) for item in step.pending if call_key(item) not in answered]
                return step.id, [*off, *given]
            given = [*map(_bare, each.row.steps[place]["input"]), *given]
    return None, given


def _bare(item: Json) -> Json:
    """Return what a client said without the id that the session knows it by."""
    said = item["type"] == "message" and item["role"] == "user"
    return {name: value for name, value in item.items() if name != "id"} if said else item


def _off(item: Json) -> Json:
    if item["type"] == REQUEST:
        return {"type": "mcp_approval_response", "approval_request_id": item["id"], "approve": False}
    return {"type": "function_call_output", "call_id": call_key(item), "output": "This was cancelled."}


def _text(text: Json) -> Json:
    """Return a text configuration as the Responses API has it, whose schemas have a name."""
    if text["format"]["type"] != "json_schema":
        return text
    return {**text, "format": {**text["format"], "name": "answer", "strict": True}}
