"""The slots of a deployment and the queue before them, shared out fairly between projects.

A deployment serves so many calls at the same time. When all slots are taken, the next free one goes to the waiting
project that holds the fewest, and among equals to the one that was served longest ago: a project with one call does
not stand behind sixty-four of another's.

A few slots stay free for projects that hold none but were here in the last minute. So whoever sends one call at a
time finds a slot at once, although another project would take everything. While one project is alone, it gets all.

Idle calls, the lines of batches, take what nobody else wants: all slots but one while they are alone, one beside
others, none while somebody waits; where there is a single slot, they have it while nobody else does.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable

from earthshine.errors import Unavailable

KEPT_FREE = 8
"""One slot in so many, but at least one, stays free for projects that hold none."""
RECENT = 60.0
"""Seconds for which a project that holds no slot counts as being here."""
MOST_WAITING = 1024
"""Calls that may wait for one deployment."""


class FairQueue:
    """The slots of one deployment. `total` None means that there is no limit."""

    def __init__(
        self,
        total: int | None,
        *,
        most_waiting: int = MOST_WAITING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total = total
        self._most_waiting = most_waiting
        self._clock = clock
        self._held: dict[str, int] = {}
        self._seen: dict[str, float] = {}
        self._turns = itertools.count(1)
        self._served: dict[str, int] = {}
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}
        self._pace = 1.0
        self._released = clock()
        self._idle: deque[asyncio.Future[None]] = deque()
        self.in_use = 0
        """Slots that are held, by idle calls too."""
        self.idle_in_use = 0
        self.waiting = 0
        """Calls that wait and are not idle."""

    async def acquire(self, project: str) -> None:
        """Wait for a slot. Raises `Unavailable` when too many wait already; cancelled, it leaves no trace."""
        if self.total is None:
            self._hold(project)
            return
        self._see(project)
        if not self.waiting and self._may(project):
            self._hold(project)
            return
        self._make_room(project)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(project, deque()).append(turn)
        self.waiting += 1
        # Those who wait may wait for a slot that is kept free for just this project.
        self._share_out()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release(project)
            else:
                self._leave(project, turn)
            raise

    async def acquire_idle(self) -> None:
        """Wait for a slot that nobody else wants, in the order of coming; cancelled, it leaves no trace."""
        if not self._idle and self._may_idle():
            self._hold_idle()
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._idle.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._idle:
                self._idle.remove(turn)
            elif not turn.cancelled():
                self.release_idle()
            raise

    def release_idle(self) -> None:
        """Free a slot that `acquire_idle` gave."""
        self.in_use -= 1
        self.idle_in_use -= 1
        self._share_out()

    def release(self, project: str) -> None:
        """Free a slot that `acquire` gave."""
        left = self._held[project] - 1
        if left:
            self._held[project] = left
        else:
            del self._held[project]
        self.in_use -= 1
        if self.total is None:
            return
        now = self._clock()
        self._seen[project] = now
        self._pace += 0.1 * (min(now - self._released, 60.0) - self._pace)
        self._released = now
        self._share_out()

    def seconds(self) -> float:
        """Return about how long the queue is, in seconds, from how fast slots became free lately."""
        return min(60.0, max(1.0, self._pace * (self.waiting + 1)))

    # --- the rules ---------------------------------------------------------------------------------------------------

    def _may(self, project: str) -> bool:
        """Tell whether a project may have a free slot now."""
        assert self.total is not None
        free = self.total - self.in_use
        if free <= 0 or project not in self._held:
            return free > 0
        return free > self._kept_free()

    def _may_idle(self) -> bool:
        """Tell whether an idle call may have a slot now."""
        if self.total is None:
            return True
        others = self.in_use - self.idle_in_use
        if self.total == 1:
            return not (self.in_use or self.waiting)
        most = 1 if others else self.total - 1
        return not self.waiting and self.idle_in_use < most and self.in_use < self.total - 1

    def _kept_free(self) -> int:
        """Return how many slots are kept for projects that are here and hold none."""
        assert self.total is not None
        since = self._clock() - RECENT
        absent = sum(seen >= since for other, seen in self._seen.items() if other not in self._held)
        return min(absent, max(1, self.total // KEPT_FREE))

    def _share_out(self) -> None:
        while self.waiting:
            project = min(self._queues, key=lambda each: (self._held.get(each, 0), self._served.get(each, 0)))
            if not self._may(project):
                break  # and so may none that holds more
            turn = self._queues[project][0]
            self._leave(project, turn)
            if not turn.done():
                self._hold(project)
                turn.set_result(None)
        while self._idle and self._may_idle():
            turn = self._idle.popleft()
            if not turn.done():
                self._hold_idle()
                turn.set_result(None)

    def _make_room(self, project: str) -> None:
        """Refuse somebody when the queue is full: the one who came last of the project with the most waiting."""
        if self.waiting < self._most_waiting:
            return
        longest = max(self._queues, key=lambda each: len(self._queues[each]))
        error = Unavailable(
            f"Too many requests wait for this model: {self.waiting}. Try again later.", retry_after=self.seconds()
        )
        if longest == project or len(self._queues[longest]) == 1:
            raise error
        turn = self._queues[longest][-1]
        self._leave(longest, turn)
        if not turn.done():
            turn.set_exception(error)

    # --- bookkeeping ------------------------------------------------------------------------------------------------

    def _hold(self, project: str) -> None:
        self._held[project] = self._held.get(project, 0) + 1
        self.in_use += 1
        if self.total is not None:
            self._served[project] = next(self._turns)

    def _hold_idle(self) -> None:
        self.in_use += 1
        self.idle_in_use += 1

    def _leave(self, project: str, turn: asyncio.Future[None]) -> None:
        queue = self._queues.get(project)
        if queue is None or turn not in queue:
            return
        queue.remove(turn)
        self.waiting -= 1
        if not queue:
            del self._queues[project]

    def _see(self, project: str) -> None:
        now = self._clock()
        self._seen[project] = now
        if len(self._seen) > 1000:
            since = now - RECENT
            self._seen = {each: seen for each, seen in self._seen.items() if seen >= since or each in self._held}
            self._served = {each: turn for each, turn in self._served.items() if each in self._seen}
