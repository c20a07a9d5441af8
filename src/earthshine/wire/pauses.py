"""Loops over what a client sent, which may be long, and that others need not wait for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from typing import TypeVar

Each = TypeVar("Each")

LONGEST = 0.005
"""Seconds that such a loop runs without letting other requests run."""


async def with_pauses(items: Iterable[Each]) -> AsyncGenerator[Each]:
    """Yield each item, and every few milliseconds give other requests a turn."""
    end = time.monotonic() + LONGEST
    for each in items:
        yield each
        if time.monotonic() >= end:
            await asyncio.sleep(0)
            end = time.monotonic() + LONGEST
