"""Work that is done again and again beside requests: to refresh, to sweep, to flush, to say that one is alive."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from contextvars import Context
from math import inf
from weakref import WeakSet

from earthshine.errors import EarthshineError
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[float | None]]
"""Does it once. May return in how many seconds it is due again (`math.inf`: only when asked); None as always."""


class Periodic:
    """One task that does its work every so often, and survives what the work raises.

    An error is logged the first time that one of its type comes since the work last succeeded, and not each time.
    What has to survive a restart, or to be done by one of several servers alone, is no such work but a run.
    """

    def __init__(
        self,
        name: str,
        work: Work,
        every: float,
        *,
        first: float | None = None,
        jitter: float = 0.0,
        retry: Sequence[float] = (),
    ) -> None:
        """`name` is that of the task, in the log and in metrics.

        `every`: seconds from the end of the work to its next beginning, plus at random up to `jitter` times as many, so
        that servers which started together do not ask together. `first`: seconds until the first time, otherwise
        `every`. `retry`: seconds after the first failure in a row, the second, and so on; otherwise `every`.
        """
        self.name = name
        self.failures = 0
        """In a row, up to now."""
        self.last_success: float | None = None
        """Unix seconds of the last time that the work was done; None before the first."""
        self._work = work
        self._every = every
        self._first = every if first is None else first
        self._jitter = jitter
        self._retry = retry
        self._due = inf
        self._earlier = asyncio.Event()
        self._told: set[type[Exception]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; nothing happens when it has begun already."""
        if self._task is None:
            self._due = min(self._due, time.monotonic() + self._first)
            # Of its own: not of the request that happened to begin it.
            self._task = asyncio.create_task(self._run(), name=self.name, context=Context())
            _running.add(self)

    def soon(self, within: float = 0.0) -> None:
        """Do the work within so many seconds, unless it is due before; does not wait.

        While it is being done, it is done once more. After a failure its pause is kept.
        """
        due = time.monotonic() + within
        if due < self._due and not (self.failures and self._due < inf):
            self._due = due
            self._earlier.set()

    async def close(self) -> None:
        """Stop, also in the middle of the work, which sees that it is cancelled."""
        task, self._task = self._task, None
        _running.discard(self)
        await end_tasks(task)

    async def _run(self) -> None:
        while True:
            await self._until_due()
            # What is asked for from here on is asked for the next time.
            self._due = inf
            pause = await self._once()
            due = time.monotonic() + pause
            self._due = due if self.failures else min(due, self._due)

    async def _until_due(self) -> None:
        while (left := self._due - time.monotonic()) > 0:
            self._earlier.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if left == inf else left):
                    await self._earlier.wait()

    async def _once(self) -> float:
        """Do the work; returns in how many seconds it is due again."""
        try:
            seconds = await self._work()
        except Exception as error:
            self.failures += 1
            self._tell(error)
            return self._retry[min(self.failures, len(self._retry)) - 1] if self._retry else self._every
        if self.failures:
            log.info("%s: works again after %d failures", self.name, self.failures)
            self.failures = 0
            self._told.clear()
        self.last_success = time.time()
        return self._every * (1 + self._jitter * random.random()) if seconds is None else seconds

    def _tell(self, error: Exception) -> None:
        if type(error) not in self._told:
            self._told.add(type(error))
            known = isinstance(error, EarthshineError | OSError)
            reason = str(error) or type(error).__name__
            log.warning("%s: failed, and is tried again: %s", self.name, reason, exc_info=not known)


_running: WeakSet[Periodic] = WeakSet()


def running() -> Iterable[Periodic]:
    """Return all that are at work in this process."""
    return list(_running)
