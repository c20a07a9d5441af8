"""Loops over long lists let others run."""

from __future__ import annotations

import asyncio
import time

from earthshine.wire import with_pauses


async def test_others_get_a_turn_every_few_milliseconds() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(others())
    seen: list[int] = []
    async for each in with_pauses(range(20)):
        time.sleep(0.003)
        seen.append(each)
    task.cancel()
    assert seen == list(range(20))
    assert turns >= 9


async def test_a_short_loop_is_not_interrupted() -> None:
    order: list[str] = []
    other = asyncio.create_task(asyncio.sleep(0))
    other.add_done_callback(lambda _: order.append("other"))
    async for _ in with_pauses(range(3)):
        pass
    order.append("loop")
    await other
    await asyncio.sleep(0)
    assert order[0] == "loop"
