"""The queue between projects: nothing is leaked, nobody starves, whoever leaves leaves no trace."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.errors import Unavailable
from earthshine.routing.fair_queue import RECENT, FairQueue
from tests.patience import PATIENCE
from tests.routing.clock import Clock


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def has_slot(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


class Crowd:
    """Calls of projects: those that wait, and those that have a slot."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.waiting: list[tuple[str, asyncio.Task[None]]] = []

    def come(self, project: str, count: int = 1) -> None:
        for _ in range(count):
            self.waiting.append((project, asyncio.create_task(self.queue.acquire(project))))

    def served(self) -> list[str]:
        return [project for project, task in self.waiting if has_slot(task)]

    def leave(self, project: str) -> None:
        """One call of a project that has a slot ends."""
        entry = next(entry for entry in self.waiting if entry[0] == project and has_slot(entry[1]))
        self.waiting.remove(entry)
        self.queue.release(project)

    async def close(self) -> None:
        for _, task in self.waiting:
            task.cancel()
        for project, task in self.waiting:
            with suppress(asyncio.CancelledError, Unavailable):
                await task
                self.queue.release(project)


async def test_alone_a_project_gets_everything() -> None:
    crowd = Crowd(FairQueue(8))
    crowd.come("a", 20)
    await settle()
    assert len(crowd.served()) == 8
    assert crowd.queue.waiting == 12
    await crowd.close()
    assert (crowd.queue.in_use, crowd.queue.waiting) == (0, 0)


async def test_the_newcomer_is_next() -> None:
    crowd = Crowd(FairQueue(4))
    crowd.come("loud", 50)
    await settle()
    crowd.come("quiet")
    await settle()
    assert crowd.served() == ["loud"] * 4
    crowd.leave("loud")
    await settle()
    assert crowd.served().count("quiet") == 1
    await crowd.close()


async def test_whoever_comes_back_finds_a_slot() -> None:
    clock = Clock()
    crowd = Crowd(FairQueue(8, clock=clock))
    crowd.come("quiet")
    await settle()
    crowd.come("loud", 64)
    await settle()
    crowd.leave("quiet")
    for _ in range(5):
        await settle()
        assert crowd.served().count("loud") == 7, "one slot is kept"
        crowd.come("quiet")
        await settle()
        assert crowd.served().count("quiet") == 1
        clock.now += RECENT / 2
        crowd.leave("quiet")
    clock.now += RECENT + 1
    crowd.leave("loud")
    await settle()
    assert crowd.served().count("loud") == 8, "after a minute without it, the slot is given away"
    await crowd.close()


async def test_equals_take_turns() -> None:
    crowd = Crowd(FairQueue(1))
    crowd.come("a", 3)
    crowd.come("b", 3)
    crowd.come("c", 3)
    order: list[str] = []
    for _ in range(9):
        await settle()
        project = crowd.served()[0]
        order.append(project)
        crowd.leave(project)
    assert order == ["a", "b", "c"] * 3


async def test_the_queue_has_an_end_and_the_longest_part_is_cut() -> None:
    crowd = Crowd(FairQueue(1, most_waiting=5))
    crowd.come("loud", 6)
    await settle()
    with pytest.raises(Unavailable) as refused:
        await crowd.queue.acquire("loud")
    assert refused.value.retry_after is not None
    crowd.come("quiet")
    await settle()
    assert crowd.queue.waiting == 5
    turned_away = [task for project, task in crowd.waiting if task.done() and task.exception() is not None]
    assert len(turned_away) == 1
    crowd.leave("loud")
    await settle()
    assert "quiet" in crowd.served()
    await crowd.close()
    assert (crowd.queue.in_use, crowd.queue.waiting) == (0, 0)


async def test_a_slot_that_comes_with_the_cancellation_goes_on() -> None:
    queue = FairQueue(1)
    await queue.acquire("a")
    first = asyncio.create_task(queue.acquire("b"))
    second = asyncio.create_task(queue.acquire("c"))
    await settle()
    queue.release("a")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await asyncio.wait_for(second, PATIENCE)
    queue.release("c")
    assert (queue.in_use, queue.waiting) == (0, 0)


async def test_without_a_limit_nobody_waits() -> None:
    queue = FairQueue(None)
    for _ in range(1000):
        await queue.acquire("a")
    assert (queue.in_use, queue.waiting) == (1000, 0)


@settings(max_examples=60)
@given(st.data())
def test_no_slot_is_lost_or_given_twice(data: st.DataObject) -> None:
    async def story() -> None:
        clock = Clock()
        total, most_waiting = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 12))
        crowd = Crowd(FairQueue(total, most_waiting=most_waiting, clock=clock))
        try:
            await _live_through(crowd, clock, data, total)
        finally:
            await crowd.close()
        assert (crowd.queue.in_use, crowd.queue.waiting) == (0, 0)

    asyncio.run(story())


async def _live_through(crowd: Crowd, clock: Clock, data: st.DataObject, total: int) -> None:
    for _ in range(data.draw(st.integers(0, 60))):
        match data.draw(st.sampled_from(["come", "come", "leave", "give up", "later"])):
            case "come":
                crowd.come(data.draw(st.sampled_from("abc")))
            case "leave" if served := crowd.served():
                crowd.leave(data.draw(st.sampled_from(served)))
            case "give up" if crowd.waiting:
                crowd.waiting[data.draw(st.integers(0, len(crowd.waiting) - 1))][1].cancel()
            case _:
                clock.now += data.draw(st.sampled_from([0.1, RECENT]))
        if data.draw(st.booleans()):
            await settle()
            assert len(crowd.served()) == crowd.queue.in_use <= total
            pending = sum(not task.done() for _, task in crowd.waiting)
            assert pending == crowd.queue.waiting
            assert crowd.queue.in_use or not pending, "somebody waits although everything is free"
    await settle()
    while served := crowd.served():
        crowd.leave(served[0])
        await settle()
    assert all(task.done() for _, task in crowd.waiting), "somebody waits for ever"


async def test_idle_calls_take_what_nobody_wants() -> None:
    queue = FairQueue(4)
    idle = [asyncio.create_task(queue.acquire_idle()) for _ in range(5)]
    await settle()
    # Alone, all but one: whoever comes finds a slot at once.
    assert [has_slot(task) for task in idle] == [True, True, True, False, False]
    await queue.acquire("a")
    waiting = asyncio.create_task(queue.acquire("a"))
    await settle()
    assert not has_slot(waiting)
    # What becomes free is for those who wait; beside others there is one idle call, and one slot stays free.
    for _ in range(2):
        queue.release_idle()
    await settle()
    assert has_slot(waiting)
    assert (queue.idle_in_use, queue.in_use, has_slot(idle[3])) == (1, 3, False)
    queue.release("a")
    await settle()
    assert queue.idle_in_use == 1
    queue.release("a")
    await settle()
    assert (queue.idle_in_use, has_slot(idle[3]), has_slot(idle[4])) == (3, True, True)
    for _ in range(3):
        queue.release_idle()
    assert queue.in_use == 0


async def test_an_idle_call_that_is_cancelled_leaves_no_trace() -> None:
    queue = FairQueue(1)
    await queue.acquire_idle()
    one, two = asyncio.create_task(queue.acquire_idle()), asyncio.create_task(queue.acquire_idle())
    await settle()
    one.cancel()
    await settle()
    queue.release_idle()
    two.cancel()  # its slot has come in the same moment
    await settle()
    assert (queue.in_use, queue.idle_in_use) == (0, 0)
    await queue.acquire("a")
    last = asyncio.create_task(queue.acquire_idle())
    await settle()
    assert not has_slot(last)
    queue.release("a")
    await settle()
    assert has_slot(last)
