"""Tasks of asyncio: how they are ended."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN = 10.0
"""Seconds after which a task that still runs is cancelled once more."""


async def end_tasks(*tasks: asyncio.Future[Any] | None) -> None:
    """Cancel tasks, and return when all are over, however they ended; None is none.

    A task can miss its cancellation: one that waits for another which it has cancelled itself takes it for that one's.
    So it is cancelled again, or it would never be over. The caller's own cancellation is never taken for a task's.
    """
    left = {each for each in tasks if each is not None}
    while left:
        for each in left:
            each.cancel()
        done, left = await asyncio.wait(left, timeout=AGAIN)
        for each in done:
            if not each.cancelled():
                each.exception()  # looked at, so that nobody warns of it
