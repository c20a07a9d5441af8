"""Moving bytes between a sandbox and a server, within what the sandbox may move."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from earthshine.egress.policy import Limits
from earthshine.egress.record import Record, Refused
from earthshine.tasks import end_tasks

_PIECE = 65_536
Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Budget:
    """What is left of the bytes of a sandbox."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._left = limits.most_bytes

    def check(self) -> None:
        """Raise `Refused` when nothing is left."""
        if self._left <= 0:
            raise Refused("over_bytes", "403 Forbidden", "This sandbox has moved as many bytes as it may.")

    def take(self, size: int) -> None:
        """Count what is about to move. Raises `Refused` where it is more than is left, and then nothing is left."""
        if size > self._left:
            self._left = 0
        self.check()
        self._left -= size


class Tunnel:
    """One connection of a sandbox (`near`) to a server (`far`)."""

    def __init__(self, near: Side, far: Side, budget: Budget, record: Record) -> None:
        self._near, self._far = near, far
        self._budget, self._record = budget, record

    async def send(self, data: bytes) -> None:
        """Send the server bytes that were read already."""
        self._budget.take(len(data))
        self._far[1].write(data)
        await self._far[1].drain()
        self._record.sent += len(data)

    async def pump(self, body: int | None) -> None:
        """Move what comes until the server has ended; of the sandbox's, `body` bytes at most, or all.

        Raises `Refused` at a limit.
        """
        up = asyncio.create_task(self._up(body))
        down = asyncio.create_task(self._down())
        moved = -1
        try:
            while not down.done():
                both = {down} if up.done() else {up, down}
                await asyncio.wait(both, timeout=self._budget.limits.idle_seconds, return_when=asyncio.FIRST_COMPLETED)
                if up in both and up.done():
                    up.result()
                    continue
                # Both ways together: a long upload has a silent server.
                if not down.done() and moved == (moved := self._record.sent + self._record.received):
                    raise Refused("over_time", "504 Gateway Timeout", "Nothing moved for too long.")
            down.result()
        finally:
            await end_tasks(up, down)

    async def _up(self, body: int | None) -> None:
        left = body
        while left is None or left > 0:
            piece = await self._near[0].read(_PIECE if left is None else min(_PIECE, left))
            if not piece:
                break
            left = None if left is None else left - len(piece)
            await self.send(piece)
        if body is None:
            with suppress(OSError, RuntimeError):
                self._far[1].write_eof()

    async def _down(self) -> None:
        while piece := await self._far[0].read(_PIECE):
            self._budget.take(len(piece))
            self._near[1].write(piece)
            await self._near[1].drain()
            self._record.received += len(piece)
