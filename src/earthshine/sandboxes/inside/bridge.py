"""The only way out of a sandbox with a network: a port inside, whose connections go to a proxy's socket.

It decides nothing. What may be reached is decided by the proxy, which is outside.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress

_AT_ONCE = 64
_PIECE = 65_536


def start(path: str, port: int) -> None:
    """Listen at 127.0.0.1 in a process of its own, which ends with this one. Raises `OSError`."""
    listener = socket.create_server(("127.0.0.1", port), backlog=_AT_ONCE)
    if os.fork() == 0:
        try:
            _serve(listener, path)
        finally:
            os._exit(1)
    listener.close()


def _serve(listener: socket.socket, path: str) -> None:
    room = threading.Semaphore(_AT_ONCE)
    os.close(0)  # the agent's; the server must see when the agent is gone
    while True:
        connection, _ = listener.accept()
        room.acquire()
        threading.Thread(target=_carry, args=(connection, path, room), daemon=True).start()


def _carry(inner: socket.socket, path: str, room: threading.Semaphore) -> None:
    try:
        with inner, socket.socket(socket.AF_UNIX) as outer:
            outer.connect(path)
            back = threading.Thread(target=_pour, args=(outer, inner), daemon=True)
            back.start()
            _pour(inner, outer)
            back.join()
    except OSError:
        pass  # the proxy is gone; the client sees its connection end
    finally:
        room.release()


def _pour(source: socket.socket, into: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            into.sendall(piece)
    with suppress(OSError):
        into.shutdown(socket.SHUT_WR)
