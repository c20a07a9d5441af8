"""Interleaving streams, and flattening batches: order, errors and closing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import pytest

from earthshine.engines.interleave import flat, interleave


class Source:
    """A stream that tells whether it was closed."""

    def __init__(self, items: int, pause: float = 0, error: Exception | None = None) -> None:
        self.closed = False
        self._items = items
        self._pause = pause
        self._error = error

    async def stream(self) -> AsyncIterator[int]:
        try:
            for item in range(self._items):
                await asyncio.sleep(self._pause)
                yield item
            if self._error:
                raise self._error
        finally:
            self.closed = True


@pytest.mark.parametrize("count", [1, 2, 5])
async def test_each_stream_comes_whole_and_in_its_own_order(count: int) -> None:
    sources = [Source(100) for _ in range(count)]
    seen: dict[int, list[int]] = {}
    async for index, item in interleave([source.stream() for source in sources]):
        seen.setdefault(index, []).append(item)
    assert seen == {index: list(range(100)) for index in range(count)}
    assert all(source.closed for source in sources)


async def test_a_slow_stream_does_not_hold_up_a_fast_one() -> None:
    slow, fast = Source(2, 0.05), Source(5)
    order = [index async for index, _ in interleave([slow.stream(), fast.stream()])]
    assert order == [1] * 5 + [0] * 2


@pytest.mark.parametrize("count", [1, 3])
async def test_the_first_error_ends_them_all(count: int) -> None:
    sources = [Source(3, error=ValueError("first")), *(Source(10**6) for _ in range(count - 1))]
    with pytest.raises(ValueError, match="first"):
        async for _ in interleave([source.stream() for source in sources]):
            pass
    assert all(source.closed for source in sources)


@pytest.mark.parametrize("count", [1, 3])
async def test_closing_closes_them_all(count: int) -> None:
    sources = [Source(10**6) for _ in range(count)]
    merged = interleave([source.stream() for source in sources])
    await anext(merged)
    await asyncio.sleep(0.01)
    await merged.aclose()
    assert all(source.closed for source in sources)


async def test_a_slow_reader_holds_the_writers_back() -> None:
    made = 0

    async def eager() -> AsyncIterator[int]:
        nonlocal made
        for item in range(10_000):
            made += 1
            yield item

    merged = interleave([eager(), eager()])
    await anext(merged)
    await asyncio.sleep(0.05)
    assert made < 100
    await merged.aclose()


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


async def test_closing_flat_items_reaches_the_source() -> None:
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
