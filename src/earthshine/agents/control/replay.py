"""All that happened in a session, with its times: read off the journal, no model asked.

The events are those that followers of the session got, with the same ids. What they said of a turn or a session that
was under way is left out or said as it was then, for nothing of that is stored but how it ended.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from heapq import heappop, heappush
from typing import Any

import orjson
from sqlalchemy import select

from earthshine.agents.sessions import store
from earthshine.agents.sessions.reading.events import TurnEvents
from earthshine.agents.sessions.reading.feed import given_items, left_items
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.subagents.objects import created_event
from earthshine.agents.subagents.store import find
from earthshine.database import Database
from earthshine.ids import made_at
from earthshine.runs.tables import run_events

Json = dict[str, Any]

_AT_ONCE = 1000
"""Events of the journal held in memory."""


class Replay:
    """Tells what happened in a session up to now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def session(self, session_id: str, agent_id: str, turn_ids: Sequence[str]) -> AsyncGenerator[Sequence[Json]]:
        """Yield what happened in some turns of a session, oldest first; one that is under way as far as it is.

        Turns of subagents are told among those of the session's agent, by their times.
        """
        waiting, under_way = list(turn_ids), list[tuple[int, str, Json, AsyncGenerator[Json]]]()
        while waiting or under_way:
            if waiting and (not under_way or (made_at(waiting[0]) or 0) <= under_way[0][0]):
                turn_id = waiting.pop(0)
                entries = self._entries(session_id, agent_id, turn_id)
            else:
                _, turn_id, entry, entries = heappop(under_way)
                yield [entry]
            if (following := await anext(entries, None)) is not None:
                heappush(under_way, (following["at_ms"], turn_id, following, entries))

    async def _entries(self, session_id: str, agent_id: str, turn_id: str) -> AsyncGenerator[Json]:
        async with self._database.read() as connection:
            turn = await store.find_turn(connection, turn_id)
        if turn is None:
            return
        if turn.subagent_id is not None and (made := await self._created(turn, agent_id)) is not None:
            yield _entry(turn.row.created_ms, made)
        async for batch in self._turn(session_id, agent_id, turn):
            for entry in batch:
                yield entry

    async def _created(self, turn: TurnState, agent_id: str) -> Json | None:
        """Return the event that a subagent was made, where a turn is its first."""
        async with self._database.read() as connection:
            if await store.turn_before(connection, turn) is not None:
                return None
            return created_event(await find(connection, turn.row.session_id, str(turn.subagent_id)), agent_id)

    async def _turn(self, session_id: str, agent_id: str, turn: TurnState) -> AsyncGenerator[Sequence[Json]]:
        """Yield the events of a turn. They are counted as `Feed` does, so that they have the same ids."""
        events, at = TurnEvents(session_id, turn.id, agent_id), turn.row.created_ms
        begun = {"completed_at": None, "usage": None, "error": None}
        created = events.of_turn("created", turn, agent_id)
        created["turn"] |= {**begun, "status": "queued", "started_at": None}
        events.event("agent.session.in_progress")
        running = events.of_turn("in_progress", turn, agent_id)
        running["turn"] |= {**begun, "status": "in_progress"}
        yield [_entry(at, created), _entry(at, running)]
        for place, step in enumerate(turn.steps):
            if place:
                events.event("agent.session.in_progress")
            first = await self._piece(step.id, -1, 1)
            if first and place:
                at = max(at, first[0].stored_ms or 0)
            yield [_entry(at, made) for item in given_items(turn, place) for made in events.given(item)]
            yield [_entry(at, made) for made in events.told(turn.row.steps[place])]
            events.begin_step()
            last = -1
            while rows := await self._piece(step.id, last, _AT_ONCE):
                last = rows[-1].sequence_number
                told: list[Json] = []
                for row in rows:
                    # Rows of earlier versions have no time of their own.
                    at = max(at, row.stored_ms or 0)
                    told += [_entry(at, made) for made in events.translate(orjson.loads(row.event))]
                yield told
            if step.asked:
                events.event("agent.session.requires_action")
        if not turn.active:
            at = max(at, turn.row.ended_ms or turn.steps[-1].ended_ms or 0)
            yield [_entry(at, made) for item in left_items(turn) for made in events.given(item)]
            if turn.error is not None:
                events.event("error")
            yield [_entry(at, events.of_turn(turn.status, turn, agent_id))]

    async def _piece(self, response_id: str, after: int, most: int) -> Sequence[Any]:
        columns = (run_events.c.sequence_number, run_events.c.event, run_events.c.stored_ms)
        wanted = select(*columns).where(run_events.c.run_id == response_id, run_events.c.sequence_number > after)
        async with self._database.read() as connection:
            return (await connection.execute(wanted.order_by(run_events.c.sequence_number).limit(most))).all()


def _entry(at: int, event: Json) -> Json:
    return {"type": "replay.event", "at_ms": at, "event": event}
