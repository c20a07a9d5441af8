"""The events of a session as they come, for one reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Row

from earthshine.agents.environments.feed import beside, environment_event
from earthshine.agents.sessions.environment import is_cut_off
from earthshine.agents.sessions.reading.events import TurnEvents
from earthshine.agents.sessions.reading.objects import AgentSession
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.subagents.feed import SubagentFeed, gathered
from earthshine.errors import NotFound
from earthshine.runs.records import now_ms

Json = dict[str, Any]

_LOOK_SECONDS = 1.0
"""Between two looks for what another server process did."""
_SESSION = "agent.session."


class Feed:
    """Reads one session. Events of a turn are the same for every reader, and so are their ids."""

    def __init__(self, service: AgentSessions, session_id: str, project: str) -> None:
        self._service, self._session_id, self._project = service, session_id, project
        self._subagents = SubagentFeed(service, session_id, project, self._turn)

    async def created(self) -> AsyncGenerator[Sequence[Json]]:
        """Yield that the session was made, and the events of its first turn up to where it rests."""
        told = await self._service.get(self._session_id, self._project)
        yield [{"type": _SESSION + "created", "event_id": f"{self._session_id}-created", "session": told}]
        async with aclosing(self._with_environment(told["environment"], self._first())) as events:
            async for batch in events:
                yield batch

    async def _first(self) -> AsyncGenerator[Sequence[Json]]:
        for turn_id in await self._ids():
            async with aclosing(gathered(self._turn(turn_id), self._subagents)) as events:
                async for batch in events:
                    yield batch

    async def _with_environment(
        self, environment: Json, turns: AsyncGenerator[Sequence[Json]], *, past: bool = True
    ) -> AsyncGenerator[Sequence[Json]]:
        """Yield the events of turns, and beside them those of the environment; `past`: those before too, first."""
        if environment["type"] == "none":
            async with aclosing(turns):
                async for batch in turns:
                    yield batch
            return
        changes = await self._service.environment_changes(environment["id"])
        if past:
            yield [environment_event(self._session_id, environment, each) for each in changes]
        seen = changes[-1]["number"] if changes else 0
        async with aclosing(beside(turns, self._changes(environment, seen))) as events:
            async for batch in events:
                yield batch

    async def _changes(self, environment: Json, seen: int) -> AsyncGenerator[Sequence[Json]]:
        news = self._service.news.listen(self._session_id)
        try:
            while True:
                news.clear()
                fresh = [
                    each for each in await self._service.environment_changes(environment["id"]) if each["number"] > seen
                ]
                if fresh:
                    seen = fresh[-1]["number"]
                    yield [environment_event(self._session_id, environment, each) for each in fresh]
                await _wait(news)
        finally:
            self._service.news.unlisten(self._session_id, news)

    async def live(self) -> AsyncGenerator[Sequence[Json]]:
        """Yield what `_live` does, and beside it what happens to the environment."""
        told = await self._service.get(self._session_id, self._project)
        async with aclosing(self._with_environment(told["environment"], self._live(), past=False)) as events:
            async for batch in events:
                yield batch

    async def _live(self) -> AsyncGenerator[Sequence[Json]]:
        """Yield the events of the turn that is under way, from its beginning, and of all that follow it.

        The first batch is empty: whoever gets it misses nothing that happens from then on. It ends with the session.
        """
        # All but the last have ended.
        *ended, last = "", "", *await self._ids()
        seen = last if last and not (await self._find(last))[1].active else ended[-1]
        yield []
        async with aclosing(gathered(self._following(seen), self._subagents)) as events:
            async for batch in events:
                yield batch

    async def _following(self, seen: str) -> AsyncGenerator[Sequence[Json]]:
        """Yield the events of the turns after this one, and of those to come, of the session's own agent."""
        news = self._service.news.listen(self._session_id)
        try:
            while True:
                news.clear()
                try:
                    following = [turn_id for turn_id in await self._ids() if turn_id > seen]
                except NotFound:
                    return
                if not following:
                    await _wait(news)
                    continue
                seen = following[0]
                async with aclosing(self._turn(seen)) as events:
                    async for batch in events:
                        yield batch
        finally:
            self._service.news.unlisten(self._session_id, news)

    async def _turn(self, turn_id: str) -> AsyncGenerator[Sequence[Json]]:
        """Yield the events of one turn until it has ended."""
        news = self._service.news.listen(self._session_id)
        try:
            row, turn = await self._find(turn_id)
            agent_id: str = row.agent["id"]
            events = TurnEvents(self._session_id, turn_id, agent_id)
            created = events.of_turn("created", turn, agent_id)
            begun = events.event(_SESSION + "in_progress", session=await self._session(row, turn))
            # A subagent's turn is none of the session's own.
            told = [created, begun] if turn.subagent_id is None else [created]
            yield [*told, events.of_turn("in_progress", turn, agent_id)]
            place = 0
            while True:
                yield [made for item in given_items(turn, place) for made in events.given(item)]
                yield list(events.told(turn.row.steps[place]))
                async with aclosing(self._resting(turn_id, partial(_has_begun, place), news)) as states:
                    async for batch in states:
                        yield batch
                _, turn = await self._find(turn_id)
                if turn.steps[place].status:
                    events.begin_step()
                    async with aclosing(await self._service.follow(turn.steps[place].id, self._project)) as stream:
                        async for batch in stream:
                            yield [made for event in batch for made in events.translate(orjson.loads(event))]
                row, turn = await self._find(turn_id)
                if turn.steps[place].asked:
                    # It has its number also where it is over: ids do not depend on when one looks.
                    asked = events.event(_SESSION + "requires_action", session=await self._session(row, turn))
                    if not _has_moved(place, turn):
                        yield [asked]
                async with aclosing(self._resting(turn_id, partial(_has_moved, place), news)) as states:
                    async for batch in states:
                        yield batch
                row, turn = await self._find(turn_id)
                if turn.subagent_id is None:
                    # First what it may have waited for, then what follows.
                    await self._subagents.catch_up()
                if len(turn.steps) == place + 1:
                    break
                yield [events.event(_SESSION + "in_progress", session=await self._session(row, turn))]
                place += 1
            yield await self._end(events, row, turn)
        except NotFound:
            return  # the session was removed
        finally:
            self._service.news.unlisten(self._session_id, news)

    async def _session(self, row: Row[Any], turn: TurnState) -> AgentSession:
        """Return the session as it is now; of one whose own turn it is, as it was with that."""
        if turn.subagent_id is not None:
            return await self._service.get(self._session_id, self._project)
        return await self._service.subagents.with_turns(row, turn)

    async def _end(self, events: TurnEvents, row: Row[Any], turn: TurnState) -> list[Json]:
        told = [made for item in left_items(turn) for made in events.given(item)]
        if turn.error is not None:
            error = {**turn.error, "type": "server_error", "param": None}
            told.append(events.event("error", session_id=self._session_id, error=error))
        told.append(events.of_turn(turn.status, turn, row.agent["id"]))
        if turn.subagent_id is None:
            session = await self._session(row, turn)
            rest = session["status"] if session["status"] in ("failed", "budget_reached") else "idle"
            told.append(events.event(_SESSION + rest, session=session))
        return told

    async def _resting(
        self, turn_id: str, over: Callable[[TurnState], bool], news: asyncio.Event
    ) -> AsyncGenerator[Sequence[Json]]:
        """Wait until a turn is no longer as it is; yield what else it waits for meanwhile, and that it goes on.

        Those are not events of the journal: whoever comes later is not told, so they have no number of the turn's.
        """
        known = False, False
        while True:
            news.clear()
            row, turn = await self._find(turn_id)
            if (now := (turn.paused, is_cut_off(row.environment))) != known:
                kind = "in_progress" if now[0] != known[0] or not now[1] else "requires_action"
                told = {"type": _SESSION + kind, "event_id": f"{turn_id}-at-{now_ms()}"}
                yield [{**told, "session": await self._session(row, turn)}]
                known = now
            if over(turn):
                return
            await _wait(news)

    async def _ids(self) -> list[str]:
        return (await self._service.row_and_turns(self._session_id, self._project))[1]

    async def _find(self, turn_id: str) -> tuple[Row[Any], TurnState]:
        return await self._service.turn(self._session_id, turn_id, self._project)


async def _wait(news: asyncio.Event) -> None:
    """Wait for news from this process, or until it is time to look for those of others."""
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            await news.wait()
    except TimeoutError:
        pass


def _has_begun(place: int, turn: TurnState) -> bool:
    """Tell whether a response of a turn has begun, or never will."""
    return bool(turn.steps[place].status) or turn.row.state != "open"


def _has_moved(place: int, turn: TurnState) -> bool:
    """Tell whether a turn has another response after this one, or has ended."""
    return len(turn.steps) > place + 1 or not turn.active


def _with_ids(given: Sequence[Json], turn_id: str, place: int) -> list[Json]:
    """Return items that a client sent with ids, which they have none of before their response begins."""
    return [{"id": f"{turn_id}-{place}-{at}", **item} for at, item in enumerate(given)]


def given_items(turn: TurnState, place: int) -> list[Json]:
    """Return the items that a client sent for one response of a turn."""
    return _with_ids(turn.row.steps[place]["input"], turn.id, place)


def left_items(turn: TurnState) -> list[Json]:
    """Return the words that a turn ended without having taken; the next one is given them."""
    return [] if turn.active else turn.row.said or []
