"""A transport that sends in one go what is written in one go.

The event loop hands each piece to the operating system by itself, and that costs more than all else that is done with
a piece: the head of a reply, its body and its end would be three packets, and wake up the client three times.
"""

from __future__ import annotations

import asyncio
from typing import Any

_MOST = 64 * 2**10
"""Bytes that are kept back; more go at once, so that the transport's own bounds hold."""


class CorkedTransport:
    """Keeps what is written until the event loop's next turn, or `flush`; for all else it is the transport itself."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """Return what the transport has."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it soon."""
        if not self._pieces:
            self._loop.call_soon(self.flush)
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self.flush()

    def flush(self) -> None:
        """Send now what was kept; nothing is sent to a client that is gone."""
        if self._pieces:
            data = b"".join(self._pieces)
            self._pieces.clear()
            self._size = 0
            if not self._transport.is_closing():
                self._transport.write(data)

    def close(self) -> None:
        """Send what was kept, and close."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Tell whether it is being closed."""
        return self._transport.is_closing()
