"""Several streams of deltas written at the same time, as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from typing import TypeVar, cast

Item = TypeVar("Item")

_AHEAD = 32
"""Items that the streams together may be ahead of a slow reader."""


async def interleave(streams: Sequence[AsyncIterator[Item]]) -> AsyncGenerator[tuple[int, Item]]:
    """Give each stream's items, with its number, in the order in which they come.

    The first stream to fail ends them all with its error. Closing closes them all, and so stops their work.
    """
    if len(streams) == 1:
        async with closing(streams[0]) as stream:
            async for item in stream:
                yield 0, item
        return
    queue: asyncio.Queue[tuple[int, Item] | Exception | None] = asyncio.Queue(_AHEAD)
    tasks = [asyncio.create_task(_pump(index, stream, queue)) for index, stream in enumerate(streams)]
    try:
        running = len(tasks)
        while running:
            item = await queue.get()
            if item is None:
                running -= 1
            elif isinstance(item, Exception):
                raise item
            else:
                yield item
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task


def closing(stream: AsyncIterator[Item]) -> aclosing[AsyncGenerator[Item]]:
    """Close a stream at the end of a block. Engines write with async generators, which alone can be closed."""
    return aclosing(cast("AsyncGenerator[Item]", stream))


async def _pump(
    index: int, stream: AsyncIterator[Item], queue: asyncio.Queue[tuple[int, Item] | Exception | None]
) -> None:
    try:
        async with closing(stream) as items:
            async for item in items:
                await queue.put((index, item))
        await queue.put(None)
    except Exception as error:
        await queue.put(error)
