"""How tasks are ended: also such as miss their cancellation, and not at the price of one's own."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from earthshine import tasks
from earthshine.tasks import end_tasks


async def test_all_are_over_however_they_end(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("broken")

    waiting, failing = asyncio.create_task(asyncio.Event().wait()), asyncio.create_task(fail())
    await asyncio.sleep(0)
    await end_tasks(waiting, None, failing)
    assert waiting.cancelled() and isinstance(failing.exception(), ValueError)
    await end_tasks()
    assert "never retrieved" not in caplog.text


async def test_one_that_misses_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN", 0.01)
    missed = 0

    async def miss() -> None:
        nonlocal missed
        while missed < 2:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            missed += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(miss())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end_tasks(task)
    assert (missed, task.cancelled()) == (2, True)


async def test_whoever_waits_is_cancelled_too() -> None:
    async def linger() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.sleep(0.05)

    lingering = asyncio.create_task(linger())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end_tasks(lingering))
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    await lingering
