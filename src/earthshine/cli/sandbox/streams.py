"""The standard streams of a command in a sandbox, joined to this program's own while it runs."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress

from earthshine.sandboxes.base import Process

_PIECE = 65_536


async def copy_output(stream: asyncio.StreamReader, descriptor: int) -> None:
    """Write all that comes to a descriptor. Raises `BrokenPipeError` when nobody reads there any more."""
    while piece := await stream.read(_PIECE):
        # In a thread: a reader that is slow must not hold up the watchdog.
        await asyncio.to_thread(_write, descriptor, piece)


def feed_input(process: Process) -> None:
    """Begin to hand standard input on, to its end; a thread does it that nobody waits for."""
    loop = asyncio.get_running_loop()

    async def hand_on(piece: bytes) -> None:
        with suppress(OSError):  # it may read as little as it likes
            process.stdin.write(piece)
            await process.stdin.drain()

    def read() -> None:
        with suppress(RuntimeError, OSError):  # the loop is closed, or there is no input
            while piece := os.read(0, _PIECE):
                asyncio.run_coroutine_threadsafe(hand_on(piece), loop).result()
            loop.call_soon_threadsafe(process.stdin.close)

    threading.Thread(target=read, daemon=True).start()


def _write(descriptor: int, piece: bytes) -> None:
    while piece:
        piece = piece[os.write(descriptor, piece) :]
