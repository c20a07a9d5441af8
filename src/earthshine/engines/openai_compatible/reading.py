"""The bodies of an upstream's replies, read with bounds and without keeping others from their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp

from earthshine.errors import UpstreamFailed

_DRAIN_SECONDS = 0.2
LARGEST_REPLY = 16 * 2**20
_TURN = 64 * 2**10
"""Bytes that are read before others get their turn: what is there already, or unpacked on the spot, never waits."""


async def in_turns(reply: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Give a body in pieces that are read in no time, and let others work between them."""
    since = 0
    async for piece in reply.content.iter_any():
        for start in range(0, len(piece), _TURN):
            if since >= _TURN:
                since = 0
                await asyncio.sleep(0)
            part = piece[start : start + _TURN]
            since += len(part)
            yield part


async def read_all(reply: aiohttp.ClientResponse, most: int = LARGEST_REPLY, *, cut: bool = False) -> bytes:
    """Return a whole body; what is longer than `most` bytes raises, or is `cut` there."""
    raw = bytearray()
    async for piece in in_turns(reply):
        raw += piece
        if len(raw) > most:
            if cut:
                return bytes(raw[:most])
            raise UpstreamFailed(f"The upstream's reply is larger than {most // 2**20} MiB.")
    return bytes(raw)


async def drain(reply: aiohttp.ClientResponse) -> None:
    """Read the last bytes after `[DONE]`, so that the connection can be used again."""
    if reply.content.at_eof():
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            # Little is left where the protocol is kept; else the connection is not worth it.
            await reply.content.read(_TURN)
