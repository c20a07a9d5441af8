"""What clients tell a session: stored in one transaction, and then acted on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.limits.reached import check_open
from earthshine.agents.sessions import store
from earthshine.agents.sessions.inputs import MOST_TEXT, Cancel, McpApproval, SendMessages, SessionInput, ToolResult
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import UNFINISHED, TurnState, call_key, total_usage
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.responses.run.service import ResponseRuns

Json = dict[str, Any]

_MOST_WAITING = 100
"""Messages that wait for the next response of a turn."""
_RESULT_SECONDS = 10.0
"""How long the answer to a call waits for the end of the response that makes it."""


class Intake:
    """Takes events in."""

    def __init__(self, database: Database, runs: ResponseRuns, sessions: AgentSessions) -> None:
        self._database, self._runs, self._sessions = database, runs, sessions

    async def submit(self, who: Caller, session_id: str, events: Sequence[SessionInput], key: str | None) -> None:
        """Take events in, in their order. What came with the same `key` before is not taken in again.

        Words while a turn is under way are kept for its next response. Raises `NotFound`, `Conflict` when too many
        are, `InvalidRequest` for what is not waited for.
        """
        if any(isinstance(event, ToolResult) for event in events):
            await self._wait_for_calls(session_id, who.project, events)
        stopping, beginning = list[str](), None
        async with self._database.write() as connection:
            row = await store.find_session(connection, session_id, who.project, lock=True)
            if key is not None and not await store.add_key(connection, session_id, key):
                return
            for event in events:
                last = (await store.last_turns(connection, [session_id])).get(session_id)
                others = (await store.subagents_turns(connection, [row]))[session_id]
                if isinstance(event, SendMessages):
                    beginning = await self._send(connection, who, row, last, event) or beginning
                elif isinstance(event, Cancel):
                    active = [turn for turn in (last, *others) if turn is not None and turn.active]
                    stopping += [await store.stop_turn(connection, turn) for turn in active]
                else:
                    beginning = await self._answer(connection, (last, *others), event) or beginning
            await store.touch(connection, session_id)
        for response_id in stopping:
            with suppress(NotFound):
                await self._runs.stop(response_id, who.project)
        if beginning is not None:
            await self._sessions.begin(session_id, beginning)
        self._sessions.news.tell(session_id)

    async def _send(
        self, connection: Connection, who: Caller, row: Row[Any], last: TurnState | None, event: SendMessages
    ) -> str | None:
        """Keep words for the turn that is under way, or begin one with them; return one that is begun."""
        given = [message.model_dump() for message in event.input]
        if last is not None and last.active:
            last = await store.hold_response(connection, last)
        if last is not None and last.active:
            # They are seen before a response has them, so they have the ids that items get then.
            said = [*(last.row.said or ()), *({"id": new_id("msg"), **item} for item in given)]
            if len(said) > _MOST_WAITING or sum(map(_characters, said)) > MOST_TEXT:
                raise Conflict(
                    "Too many words wait already for the agent's next step. Send them when it has taken these, or "
                    "cancel the turn.",
                    code="active_turn_not_steerable",
                )
            await store.set_turn(connection, last.id, said=said)
            return None
        check_open(row)
        if last is not None:
            await store.set_used(connection, row.id, total_usage((row.used, last.usage)))
        return await store.add_turn(connection, row.id, who.dump(), given)

    async def _answer(
        self, connection: Connection, turns: Sequence[TurnState | None], event: ToolResult | McpApproval
    ) -> str | None:
        """Note an answer to one of these turns; return it when it goes on, for this was the last one."""
        key = event.call_id if isinstance(event, ToolResult) else event.request_id
        for turn in turns:
            if turn is None or turn.status != "waiting" or key not in map(call_key, turn.waits_for):
                continue
            if isinstance(event, ToolResult) and event.turn_id != turn.id:
                continue
            values = turn.answered({key: event.item()})
            await store.set_turn(connection, turn.id, **values)
            return turn.id if "steps" in values else None
        what = "tool call" if isinstance(event, ToolResult) else "approval"
        raise InvalidRequest(f"Unknown pending {what}: {key}", param="events")

    async def _wait_for_calls(self, session_id: str, project: str, events: Sequence[SessionInput]) -> None:
        """Wait for the end of the responses that have made the calls: clients hear of them before."""
        ends = time.monotonic() + _RESULT_SECONDS
        for turn_id in {event.turn_id for event in events if isinstance(event, ToolResult)}:
            async with self._database.read() as connection:
                turn = await store.find_turn(connection, turn_id)
            if turn is not None and turn.row.session_id == session_id and turn.status == "in_progress":
                wanted = {event.call_id for event in events if isinstance(event, ToolResult)}
                await self._wait_for_end(turn.steps[-1].id, project, wanted, ends)

    async def _wait_for_end(self, last: str, project: str, wanted: set[str], ends: float) -> None:
        while time.monotonic() < ends:
            run = self._runs.find(last, project)
            now = run.response if run is not None else await self._runs.readers.now(last, project)
            made = {item.get("call_id") for item in now["output"] if item["type"] == "function_call"}
            if now["status"] not in UNFINISHED or not wanted & made:
                return
            if run is not None:
                await asyncio.wait({run.task}, timeout=max(0.0, ends - time.monotonic()))
            else:
                await asyncio.sleep(0.1)


def _characters(message: Json) -> int:
    return sum(len(part.get("text") or part["image_url"]) for part in message["content"])
