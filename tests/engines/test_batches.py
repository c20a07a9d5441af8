"""Batches: the same items, and what closes them closes their source."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import pytest

from earthshine.engines.batches import flat


async def test_items_keep_their_order_and_errors_their_place() -> None:
    async def source() -> AsyncGenerator[Sequence[int]]:
        yield (1, 2)
        yield [3]
        raise ValueError("broken")

    seen: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        async for item in flat(source()):
            seen.append(item)
    assert seen == [1, 2, 3]


async def test_closing_reaches_the_source() -> None:
    closed: list[str] = []

    async def source() -> AsyncGenerator[Sequence[int]]:
        try:
            yield (1, 2)
        finally:
            closed.append("source")

    items = flat(source())
    assert await anext(items) == 1
    await items.aclose()
    assert closed == ["source"]
