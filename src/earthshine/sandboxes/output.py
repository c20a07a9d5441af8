"""The streams of a command: bytes in, and as many bytes out as are to be kept."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from earthshine.sandboxes.base import Channel, Command, OnOutput, Process

_PIECE = 65_536


async def pipe_reader(handle: int) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    """Return a reader of a pipe, and what closes it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(_PIECE, loop)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader, loop=loop), os.fdopen(handle, "rb", 0)
    )
    return reader, transport


async def pipe_writer(handle: int) -> asyncio.StreamWriter:
    """Return a writer into a pipe, which it closes in the end."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(handle, "wb", 0))
    return asyncio.StreamWriter(transport, protocol, None, loop)


async def collect(process: Process, command: Command, on_output: OnOutput | None) -> tuple[bytes, bytes, int]:
    """Feed a command its input and read all that it says; return what is kept of it, and how many bytes are not.

    Cancelled, it returns what there is.
    """
    kept: dict[Channel, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
    dropped = 0

    async def read(stream: asyncio.StreamReader, channel: Channel) -> None:
        nonlocal dropped
        while piece := await stream.read(_PIECE):
            taken = piece[: command.output - len(kept[channel])]
            dropped += len(piece) - len(taken)
            kept[channel] += taken
            if taken and on_output is not None:
                on_output(channel, taken)

    async def feed() -> None:
        with suppress(OSError):  # it may read as little as it likes
            if command.stdin:
                process.stdin.write(command.stdin)
                await process.stdin.drain()
        process.stdin.close()

    with suppress(asyncio.CancelledError):
        await asyncio.gather(feed(), read(process.stdout, "stdout"), read(process.stderr, "stderr"))
    return bytes(kept["stdout"]), bytes(kept["stderr"]), dropped
