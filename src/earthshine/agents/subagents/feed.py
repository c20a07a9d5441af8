"""The events of a session's subagents, among those of its own agent: each turn's in their order, turns side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from earthshine.agents.subagents.objects import created_event
from earthshine.errors import NotFound
from earthshine.tasks import end_tasks

if TYPE_CHECKING:
    from earthshine.agents.sessions.service import AgentSessions

Json = dict[str, Any]
Batches = AsyncGenerator[Sequence[Json]]

_LOOK_SECONDS = 1.0
_ROOM = 8
"""Batches that wait for their reader; then whoever makes more waits."""


class SubagentFeed:
    """Finds the turns of subagents that one reader is to see, and reads each of them once.

    These are the turns that are under way when the reader comes, and all that begin later.
    """

    def __init__(self, service: AgentSessions, session_id: str, project: str, read: Callable[[str], Batches]) -> None:
        """`read` yields the events of one turn."""
        self._service, self._session_id, self._project, self._read = service, session_id, project, read
        self._first: str | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: set[str] = set()
        self._queue: asyncio.Queue[Sequence[Json] | None] | None = None
        self._discovering = asyncio.Lock()

    async def may_be(self) -> bool:
        """Tell whether the session may have subagents."""
        with suppress(NotFound):
            row, _ = await self._service.subagents.turns(self._session_id, self._project)
            return row.agent["multi_agent"]["enabled"]
        return False

    async def watch(self, queue: asyncio.Queue[Sequence[Json] | None]) -> None:
        """Put the events of subagents into a queue, until cancelled."""
        self._queue = queue
        news = self._service.news.listen(self._session_id)
        try:
            while True:
                news.clear()
                await self._discover()
                try:
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await news.wait()
                except TimeoutError:
                    pass
        except NotFound:
            return  # the session was removed
        finally:
            self._service.news.unlisten(self._session_id, news)
            await end_tasks(*self._tasks.values())

    async def catch_up(self) -> None:
        """Wait until what subagents have done up to now is told."""
        if self._queue is None:
            return
        await self._discover()
        if over := [task for key, task in self._tasks.items() if key in self._ended and not task.done()]:
            await asyncio.wait(over)

    async def _discover(self) -> None:
        """Tell of each subagent that is new, and begin to read each turn."""
        async with self._discovering:
            await self._look()

    async def _look(self) -> None:
        assert self._queue is not None
        row, turns = await self._service.subagents.turns(self._session_id, self._project)
        self._ended = {turn.id for turn in turns if not turn.active}
        if self._first is None:
            _, own = await self._service.row_and_turns(self._session_id, self._project)
            self._first = own[-1] if own else ""
        before: dict[str, asyncio.Task[None]] = {}
        seen: set[str] = set()
        # By subagent, for ids of the same millisecond have no order; by turn within each.
        for turn in sorted(turns, key=lambda turn: str(turn.subagent_id)):
            key = str(turn.subagent_id)
            if turn.id not in self._tasks and (turn.id > self._first or turn.active):
                if key not in seen:
                    await self._queue.put([await self._created(key, row.agent["id"])])
                self._tasks[turn.id] = asyncio.create_task(self._pump(turn.id, before.get(key)))
            seen.add(key)
            if turn.id in self._tasks:
                before[key] = self._tasks[turn.id]

    async def _created(self, key: str, agent_id: str) -> Json:
        _, row = await self._service.subagents.get(self._session_id, key, self._project)
        return created_event(row, agent_id)

    async def _pump(self, turn_id: str, before: asyncio.Task[None] | None) -> None:
        """Read one turn, after another one."""
        assert self._queue is not None
        if before is not None:
            await asyncio.wait([before])
        async with aclosing(self._read(turn_id)) as events:
            async for batch in events:
                await self._queue.put(batch)


async def gathered(own: Batches, subagents: SubagentFeed) -> Batches:
    """Yield the events of a session's own agent, and between them those of its subagents; ends with the former."""
    if not await subagents.may_be():
        async with aclosing(own):
            async for batch in own:
                yield batch
        return
    queue = asyncio.Queue[Sequence[Json] | None](_ROOM)

    async def pump() -> None:
        try:
            async with aclosing(own):
                async for batch in own:
                    await queue.put(batch)
        except Exception:
            await queue.put(None)
            raise
        await queue.put(None)

    tasks = [asyncio.create_task(pump()), asyncio.create_task(subagents.watch(queue))]
    try:
        while (batch := await queue.get()) is not None:
            yield batch
        await tasks[0]
    finally:
        await end_tasks(*tasks)
