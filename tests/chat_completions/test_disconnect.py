"""A client that goes away stops the work at once, streamed or not, and what was produced is stored if asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx2
import pytest
from openai import AsyncOpenAI

from tests.chat_completions.app import Served
from tests.chat_completions.conftest import script
from tests.patience import PATIENCE


async def until(what: Callable[[], bool], seconds: float = PATIENCE) -> float:
    begin = time.monotonic()
    while not what():
        assert time.monotonic() - begin < seconds, "it did not happen in time"
        await asyncio.sleep(0.002)
    return time.monotonic() - begin


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("n", [1, 2])
async def test_closing_the_connection_stops_the_engine(app: Served, stream: bool, n: int) -> None:
    body = {"model": "scripted", "messages": script(text="a b", hang_after=2), "stream": stream, "n": n}
    headers = {"authorization": "Bearer default"}
    client = httpx2.AsyncClient()
    task = asyncio.create_task(client.post(f"{app.url}/v1/chat/completions", json=body, headers=headers))
    await until(lambda: app.engine.running == n)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await client.aclose()
    assert await until(lambda: app.engine.running == 0 and app.pool.leases == 0) < 0.5


@pytest.mark.parametrize("stream", [False, True])
async def test_what_was_produced_is_stored(app: Served, sdk: AsyncOpenAI, stream: bool) -> None:
    key = f"vanished-{stream}"
    body = {
        "model": "scripted",
        "messages": script(text="one two three", hang_after=2),
        "stream": stream,
        "store": True,
        "metadata": {"case": key},
    }
    client = httpx2.AsyncClient()
    task = asyncio.create_task(
        client.post(f"{app.url}/v1/chat/completions", json=body, headers={"authorization": "Bearer default"})
    )
    await until(lambda: app.engine.running == 1)
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await client.aclose()
    await until(lambda: app.pool.leases == 0)
    stored = [item async for item in sdk.chat.completions.list(metadata={"case": key})]
    assert len(stored) == 1
    said = stored[0].choices[0].message.content
    assert said == "one two"
    assert stored[0].choices[0].finish_reason == "length"


async def test_the_sdk_closing_its_stream_stops_the_engine(app: Served, sdk: AsyncOpenAI) -> None:
    stream = await sdk.chat.completions.create(
        model="scripted", messages=script(text="a b", pieces=100_000, tokens_per_second=500), stream=True
    )
    async for _ in stream:
        break
    await stream.close()
    assert await until(lambda: app.engine.running == 0) < 0.5


async def test_a_slow_reader_loses_nothing(sdk: AsyncOpenAI) -> None:
    stream = await sdk.chat.completions.create(model="scripted", messages=script(text="word", pieces=3000), stream=True)
    count = 0
    async for chunk in stream:
        count += bool(chunk.choices[0].delta.content)
        if count % 500 == 0:
            await asyncio.sleep(0.02)
    assert count == 3000
