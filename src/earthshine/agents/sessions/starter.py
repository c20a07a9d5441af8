"""The start of a turn's next response, from what is stored alone; once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, Select

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.sessions import store
from earthshine.agents.sessions.state import TurnState, call_key
from earthshine.agents.sessions.tools import response_tools
from earthshine.conversations.items.mcp.approval import REQUEST
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, Internal, StorageFull, Unavailable
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import ResponseExists
from earthshine.runs.records import now_ms
from earthshine.vaults.store import Vaults
from earthshine.wire import check

log = logging.getLogger(__name__)

Json = dict[str, Any]

BASE = "You are an agent. Work step by step with the tools you have until the task is done, then say what came of it."
"""What every agent is told, before its own instructions."""
_MOST = 100


class TurnStarter:
    """Starts the responses of turns."""

    def __init__(
        self, database: Database, runs: ResponseRuns, vaults: Vaults, still_open: Callable[[Caller], None]
    ) -> None:
        self._database, self._runs, self._vaults = database, runs, vaults
        self._still_open = still_open

    async def begin(self, turn_id: str) -> None:
        """Begin the last response of a turn; what keeps it from it is stored.

        When the server cannot store anything now, the turn stays as it is and is tried again.
        """
        try:
            async with self._database.read() as connection:
                turn = await store.find_turn(connection, turn_id)
            if turn is None or turn.status != "queued":
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

    @staticmethod
    async def not_begun(connection: Connection, wanted: Select[Any]) -> Sequence[Row[Any]]:
        """Return some of the turns that a query names, newest first."""
        return (await connection.execute(wanted.order_by(store.turns.c.id.desc()).limit(_MOST))).all()

    async def _start(self, turn: TurnState) -> None:
        caller = Caller.load(turn.row.caller)
        self._still_open(caller)
        async with self._database.read() as connection:
            session = await store.find_session(connection, turn.row.session_id, caller.project)
            before = await _to_last_begun(connection, turn)
        body = await self._body(session, turn, before)
        create = await asyncio.to_thread(check, ResponseCreate, body)
        asked = await self._runs.turns.prepare(create, body, caller)
        await self._runs.start(asked, response_id=turn.steps[-1].id)

    async def _body(self, session: Row[Any], turn: TurnState, before: Sequence[TurnState]) -> Json:
        """Return the request for the response."""
        agent: Json = session.agent
        tokens = [
            await self._vaults.token(session.vault_ids, session.project, tool) if tool["type"] == "mcp" else None
            for tool in agent["tools"]
        ]
        instructions = "\n\n".join(filter(None, (BASE, agent["instructions"])))
        previous, given = _going_on(turn, before)
        body: Json = {
            "model": agent["model"],
            "instructions": instructions,
            "input": given,
            "tools": response_tools(agent["tools"], session.environment, tokens),
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


async def _to_last_begun(connection: Connection, turn: TurnState) -> list[TurnState]:
    """Return the turns before this one, newest first, up to one of which a response has begun."""
    found: list[TurnState] = []
    earlier = await store.turn_before(connection, turn.row.session_id, turn.id)
    while earlier is not None:
        found.append(earlier)
        if any(step.status for step in earlier.steps):
            break
        earlier = await store.turn_before(connection, turn.row.session_id, earlier.id)
    return found


def _going_on(turn: TurnState, before: Sequence[TurnState]) -> tuple[str | None, list[Json]]:
    """Return the response that the next one goes on from, and what is given to it; `before` is newest first.

    Calls of an earlier turn that nobody made, because the turn was cancelled, are told to be off.
    """
    given: list[Json] = turn.row.steps[-1]["input"]
    if len(turn.steps) > 1:
        return turn.steps[-2].id, given
    words: list[Json] = []
    for earlier in before:
        begun = [step for step in earlier.steps if step.status]
        if begun:
            off = [made for item in begun[-1].pending if (made := _off(item)) is not None]
            return begun[-1].id, [*off, *words, *given]
        words = [*earlier.row.steps[0]["input"], *words]
    return None, [*words, *given]


def _off(item: Json) -> Json | None:
    if item["type"] == REQUEST:
        return {"type": "mcp_approval_response", "approval_request_id": item["id"], "approve": False}
    return {"type": "function_call_output", "call_id": call_key(item), "output": "This was cancelled."}


def _text(text: Json) -> Json:
    """Return a text configuration as the Responses API has it, whose schemas have a name."""
    if text["format"]["type"] != "json_schema":
        return text
    return {**text, "format": {**text["format"], "name": "answer", "strict": True}}
