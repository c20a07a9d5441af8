"""One bound on memory for all: idle holders go, busy ones are waited for, and nobody is promised what is not there."""

from __future__ import annotations

import asyncio

import pytest

from earthshine.errors import Unavailable
from earthshine.processes.memory import Evict, MemoryBudget, Reservation

MIB = 2**20


async def reserve(budget: MemoryBudget, holder: str, size: int, patience: float = 5) -> Reservation:
    return await budget.reserve(holder, size * MIB, patience=patience, advice="Take less.")


async def test_what_fits_is_reserved_and_given_back() -> None:
    budget = MemoryBudget(100 * MIB)
    model, sandbox = await reserve(budget, "model", 60), await reserve(budget, "sandbox", 40)
    assert [each.holder for each in budget.held] == ["model", "sandbox"]
    assert budget.used == 100 * MIB
    for _ in range(2):
        budget.release(model)
    assert budget.used == 40 * MIB
    budget.release(sandbox)
    assert budget.held == ()


async def test_what_never_fits_is_refused_with_advice() -> None:
    with pytest.raises(Unavailable, match=r"whale needs about 101 MiB .* may take 100 MiB. Take less."):
        await reserve(MemoryBudget(100 * MIB), "whale", 101)


async def test_idle_holders_of_every_kind_are_asked_to_go() -> None:
    budget = MemoryBudget(100 * MIB)
    idle = {"models": [await reserve(budget, "model", 30)], "sandboxes": [await reserve(budget, "sandbox", 30)]}

    def evictor(kind: str) -> Evict:
        async def evict() -> bool:
            if not idle[kind]:
                return False
            budget.release(idle[kind].pop())
            return True

        return evict

    for kind in idle:
        budget.can_evict(evictor(kind))
    await reserve(budget, "trainer", 50)
    assert [each.holder for each in budget.held] == ["sandbox", "trainer"]
    await reserve(budget, "second", 50)
    assert [each.holder for each in budget.held] == ["trainer", "second"]


async def test_busy_holders_are_waited_for_and_then_it_is_said() -> None:
    budget = MemoryBudget(100 * MIB)
    busy = await reserve(budget, "model", 80)
    waiting = asyncio.create_task(reserve(budget, "sandbox", 50))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    budget.release(busy)
    await budget.changed()
    await waiting
    with pytest.raises(Unavailable, match="No memory for the other") as refused:
        await reserve(budget, "other", 60, patience=0.05)
    assert refused.value.retry_after == 10


async def test_many_at_once_never_hold_more_than_there_is() -> None:
    budget = MemoryBudget(100 * MIB)
    most = 0

    async def work(number: int) -> None:
        nonlocal most
        held = await reserve(budget, f"holder {number}", 30, patience=30)
        most = max(most, budget.used)
        await asyncio.sleep(0.001 * (number % 5))
        budget.release(held)
        await budget.changed()

    await asyncio.gather(*(work(number) for number in range(50)))
    assert (most, budget.used) == (90 * MIB, 0)


async def test_who_takes_more_than_was_expected_counts_with_it() -> None:
    budget = MemoryBudget(100 * MIB)
    taken = 10 * MIB
    await budget.reserve("model", 20 * MIB, patience=1, advice="", measured=lambda: taken)
    assert budget.used == 20 * MIB
    taken = 70 * MIB
    with pytest.raises(Unavailable):
        await reserve(budget, "sandbox", 40, patience=0.05)
