"""Streams of deltas: several that are written at the same time as one, and the batches of one as single items."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from earthshine.tasks import end_tasks

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
        await end_tasks(*tasks)


async def flat(batches: AsyncIterator[Sequence[Item]]) -> AsyncGenerator[Item]:
    """Give the items of all batches."""
    async with closing(batches) as stream:
        async for batch in stream:
            for item in batch:
                yield item


class closing(Generic[Item]):  # noqa: N801 - named as its kin in contextlib
    """Close a stream at the end of a block, if it can be closed: that stops the work behind it.

    A class, for a generator with `asynccontextmanager` costs several times as much, for every request several times.
    """

    __slots__ = ("_stream",)

    def __init__(self, stream: AsyncIterator[Item]) -> None:
        self._stream = stream

    async def __aenter__(self) -> AsyncIterator[Item]:
        """Return the stream."""
        return self._stream

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        close: Callable[[], Awaitable[None]] | None = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()


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
