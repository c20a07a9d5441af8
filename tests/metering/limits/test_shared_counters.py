"""Two processes on one PostgreSQL: what they take together is never more than there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from earthshine.errors import QuotaExceeded, RateLimited
from earthshine.metering.limits.shared_counters import SharedCounters
from earthshine.metering.usage_estimate import SEED_TOKENS, TEMPLATE_TOKENS
from tests.metering.workbench import CALLER, MODEL, PRICE, Bench, Process, estimate, open_bench, usage

WORST = (10 + TEMPLATE_TOKENS) * PRICE.input + (5 + SEED_TOKENS) * PRICE.output


@pytest.fixture
async def pair(postgres_database: str, tmp_path: Path) -> AsyncGenerator[list[Bench]]:
    """Two processes that know of each other."""
    alive: set[str] = set()
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                open_bench(tmp_path, postgres_database, process=Process(f"inst_{number}", alive))
            )
            for number in (1, 2)
        ]


async def test_two_hundred_at_once_on_two_processes_never_overspend(pair: list[Bench]) -> None:
    for bench in pair:
        bench.limit("organization", "spend_per_day", 9 * WORST)
        bench.limit("project", "spend_per_month", 7 * WORST + 1, model=MODEL)
        bench.limit("key", "parallel_requests", 100)
        bench.limit("key", "tokens_per_minute", 10**9)
    admitted = 0

    async def one(number: int) -> None:
        nonlocal admitted
        try:
            with await pair[number % 2].meter.admit(CALLER, MODEL, estimate()) as reservation:
                admitted += 1
                await asyncio.sleep(0.02)
                reservation.settle(f"chatcmpl-{number}", usage(10 + TEMPLATE_TOKENS, 5 + SEED_TOKENS))
        except RateLimited:
            pass

    await asyncio.gather(*(one(number) for number in range(200)))
    for bench in pair:
        await bench.ledger.flush()
    assert admitted == 7
    assert await pair[0].spent() == 7 * WORST
    assert await pair[0].reserved() == await pair[1].reserved() == 0


async def test_requests_of_both_processes_count_in_one_window(pair: list[Bench]) -> None:
    for bench in pair:
        bench.limit("project", "requests_per_day", 10)

    async def one(number: int) -> bool:
        try:
            (await pair[number % 2].meter.admit(CALLER, MODEL, estimate())).release()
        except RateLimited:
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(40)))) == 10


async def test_what_a_dead_process_had_reserved_is_free_again(pair: list[Bench]) -> None:
    one, other = pair
    for bench in pair:
        bench.limit("project", "spend_per_month", WORST)
    await one.meter.admit(CALLER, MODEL, estimate())
    assert isinstance(other.counters, SharedCounters)
    assert await other.counters.sweep_dead() == 0
    with pytest.raises(QuotaExceeded):
        await other.meter.admit(CALLER, MODEL, estimate())
    process = other.counters._processes
    assert isinstance(process, Process)
    process.alive_ids.remove("inst_1")
    assert await other.counters.sweep_dead() == 1
    (await other.meter.admit(CALLER, MODEL, estimate())).release()


async def test_the_same_work_settled_by_both_is_charged_once(pair: list[Bench]) -> None:
    async def settle(bench: Bench) -> None:
        with await bench.meter.admit(CALLER, MODEL, estimate()) as reservation:
            write = reservation.settle_within("resp_1", usage(4, 2))
            async with bench.database.write() as connection:
                await write(connection)

    await asyncio.gather(*(settle(bench) for bench in pair))
    assert await pair[0].spent() == 26


async def test_ledgers_of_both_add_up_without_waiting_for_each_other(pair: list[Bench]) -> None:
    async def settle(bench: Bench, name: str) -> None:
        with await bench.meter.admit(CALLER, MODEL, estimate()) as reservation:
            reservation.settle(name, usage(4, 2))

    for round_ in range(10):
        await asyncio.gather(
            *(settle(bench, f"chatcmpl-{round_}-{n}-{i}") for n, bench in enumerate(pair) for i in range(5))
        )
        await asyncio.gather(*(bench.ledger.flush() for bench in pair))
    assert await pair[1].spent() == 100 * 26
