"""A project with one request at a time keeps its time to first token while another sends 64 in parallel."""

from __future__ import annotations

import asyncio
import statistics
from pathlib import Path

from earthshine.accounts.authorization.caller import Caller
from earthshine.engines.deltas import Text
from earthshine.engines.interleave import flat
from earthshine.engines.requests import ChatRequest
from earthshine.routing.router import Router
from tests.routing import upstreams as up
from tests.routing.test_load_balanced_engine import options, routed
from tests.routing.upstreams import upstreams

QUIET, LOUD = Caller("q", "quiet"), Caller("l", "loud")


async def first_token(router: Router, caller: Caller) -> float:
    loop = asyncio.get_running_loop()
    started, first = loop.time(), 0.0
    request = ChatRequest(messages=[{"role": "user", "content": "hi"}])
    async with router.use("m", caller) as model:
        async for delta in flat(model.engine.chat(request)):
            if isinstance(delta, Text) and not first:
                first = loop.time() - started
    return first


async def median(router: Router, count: int) -> float:
    return statistics.median([await first_token(router, QUIET) for _ in range(count)])


async def test_a_burst_starves_nobody(tmp_path: Path) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a, max_parallel=8)}) as router:
        a.answer = up.says(*["x"] * 10, pause=0.02, before=0.05)
        alone = await median(router, 5)

        async def always() -> None:
            while True:
                await first_token(router, LOUD)

        burst = [asyncio.create_task(always()) for _ in range(64)]
        await asyncio.sleep(0.3)
        try:
            beside = await median(router, 9)
            # The same client as one more of the loud project waits for about eight rounds.
            in_line = await first_token(router, LOUD)
        finally:
            for task in burst:
                task.cancel()
            await asyncio.gather(*burst, return_exceptions=True)
        assert beside < 2 * alone
        assert in_line > 4 * alone
        assert all(member.outstanding == member.queue.in_use == 0 for member in router.states())
