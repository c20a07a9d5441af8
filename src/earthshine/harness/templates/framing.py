"""Messages over a socket, each behind its length."""

from __future__ import annotations

import socket


def read(end: socket.socket) -> bytes | None:
    """Return the next message; None when the other side has gone. Obeys the socket's timeout."""
    head = _exactly(end, 8)
    return None if head is None else _exactly(end, int.from_bytes(head, "big"))


def write(end: socket.socket, message: bytes) -> None:
    """Send one message. Obeys the socket's timeout."""
    end.sendall(len(message).to_bytes(8, "big") + message)


def _exactly(end: socket.socket, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = end.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
