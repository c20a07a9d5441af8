"""Items of a stream that came at the same moment, handed on together: each layer on their way then costs once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TypeVar

from earthshine.engines.interleave import closing

Item = TypeVar("Item")


async def flat(batches: AsyncIterator[Sequence[Item]]) -> AsyncGenerator[Item]:
    """Give the items of all batches."""
    async with closing(batches) as stream:
        async for batch in stream:
            for item in batch:
                yield item
