"""Work that is done again and again: when, after what failures, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from math import inf

import pytest

from earthshine.errors import Unavailable
from earthshine.periodic import Periodic, Work, running
from tests.patience import PATIENCE


class Done:
    """Counts, and lets a test wait for the count; each time does what `then` does."""

    def __init__(self, then: Callable[[int], float | None] = lambda _: None) -> None:
        self.count = 0
        self.then = then
        self._more = asyncio.Condition()

    async def __call__(self) -> float | None:
        async with self._more:
            self.count += 1
            self._more.notify_all()
        return self.then(self.count)

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE), self._more:
            await self._more.wait_for(lambda: self.count >= count)


@asynccontextmanager
async def going(work: Work, every: float, **more: float | tuple[float, ...]) -> AsyncGenerator[Periodic]:
    periodic = Periodic("the work", work, every, **more)  # pyright: ignore[reportArgumentType] - a test's short form
    periodic.start()
    try:
        yield periodic
    finally:
        await periodic.close()


async def test_it_is_done_again_and_again() -> None:
    work = Done()
    async with going(work, 0.01, jitter=0.5) as periodic:
        await work.reach(3)
        assert periodic in running()
        assert periodic.last_success is not None and time.time() - periodic.last_success < 5
        periodic.start()  # a second time is nothing
    count = work.count
    await asyncio.sleep(0.05)
    assert work.count == count, "nothing goes on after the end"
    assert periodic not in running()


async def test_it_may_begin_at_once_and_wakes_early() -> None:
    work = Done()
    async with going(work, 60, first=0) as periodic:
        await work.reach(1)
        begun = time.monotonic()
        periodic.soon(within=0.05)
        periodic.soon(within=30)  # later than it is due anyway
        await work.reach(2)
        assert 0.04 < time.monotonic() - begun < 4
        for _ in range(100):
            periodic.soon()
        await work.reach(3)
        await asyncio.sleep(0.05)
        assert work.count == 3, "a hundred times at once is once"


async def test_what_is_asked_for_meanwhile_is_done_afterwards() -> None:
    gate, begun = asyncio.Event(), asyncio.Event()
    times = 0

    async def work() -> None:
        nonlocal times
        times += 1
        begun.set()
        await gate.wait()

    async with going(work, 60, first=0) as periodic:
        await begun.wait()
        periodic.soon()
        gate.set()
        async with asyncio.timeout(PATIENCE):
            while times < 2:
                await asyncio.sleep(0.01)


async def test_the_work_may_say_when_it_is_due_again() -> None:
    work = Done(lambda count: 0.01 if count < 3 else inf)
    async with going(work, 60, first=0) as periodic:
        await work.reach(3)
        await asyncio.sleep(0.05)
        assert work.count == 3
        periodic.soon()
        await work.reach(4)


async def test_errors_are_survived_and_told_once_for_each_kind(caplog: pytest.LogCaptureFixture) -> None:
    def then(count: int) -> None:
        if count <= 4:
            raise Unavailable("The database is away.")
        if count == 5:
            raise ZeroDivisionError("a fault of ours")
        if count == 7:
            raise Unavailable("The database is away again.")

    work = Done(then)
    with caplog.at_level(logging.INFO, "earthshine.periodic"):
        async with going(work, 0.001):
            await work.reach(9)
    told = [(record.levelname, record.getMessage(), bool(record.exc_info)) for record in caplog.records]
    assert told == [
        ("WARNING", "the work: failed, and is tried again: The database is away.", False),
        ("WARNING", "the work: failed, and is tried again: a fault of ours", True),
        ("INFO", "the work: works again after 5 failures", False),
        ("WARNING", "the work: failed, and is tried again: The database is away again.", False),
        ("INFO", "the work: works again after 1 failures", False),
    ]


async def test_after_failures_its_pauses_are_kept_whoever_asks() -> None:
    def then(count: int) -> None:
        if count < 3:
            raise Unavailable("Not yet.")

    work = Done(then)
    async with going(work, 60, first=0, retry=(0.05, 0.1)) as periodic:
        await work.reach(1)
        await asyncio.sleep(0)
        begun = time.monotonic()
        periodic.soon()
        await work.reach(2)
        assert time.monotonic() - begun > 0.03
        await work.reach(3)
        assert time.monotonic() - begun > 0.12
        await asyncio.sleep(0)
        assert periodic.failures == 0


async def test_it_ends_in_the_middle_of_its_work() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with going(work, 60, first=0):
        await begun.wait()
    assert cancelled.is_set()
    await Periodic("never begun", work, 1).close()
