"""Bytes on their way in: written to the disk as they come, hashed on the way, never held in memory as a whole."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from earthshine.disk import full_disk_is_an_error, require_space
from earthshine.errors import BodyTooLarge

_GATHERED = 2**20
"""Bytes that are gathered before a thread writes them."""
_LOOK_EVERY = 64 * 2**20
"""Bytes after which somebody looks again how much of the disk is free."""


class Incoming:
    """One content that arrives. Made by `Blobs.incoming`, which removes it unless it is kept."""

    def __init__(self, spool: Path, limit: int) -> None:
        """Write to a file of the directory `spool`; `limit` is the most bytes that may come."""
        self._spool, self._limit = spool, limit
        self._gathered: list[bytes] = []
        self._waiting = 0
        self._hash = hashlib.sha256()
        self._looked_at = 0
        self._handle: int | None = None
        self.part = Path()
        """The file, once it is open."""
        self.size = 0
        """Bytes that came so far."""
        self.sha256 = ""
        """In hex, once all has come."""
        self.place = ""
        """Where it is in the store, once it is kept."""

    async def open(self) -> None:
        """Make the file. Raises `StorageFull`."""
        await _finished(self._open)

    async def write(self, piece: bytes) -> None:
        """Add bytes. Raises `BodyTooLarge` over the limit, and `StorageFull`."""
        self.size += len(piece)
        if self.size > self._limit:
            raise BodyTooLarge(
                f"The file is larger than {self._limit} bytes. Send a smaller one, or let the server's operator raise "
                "`max_file`."
            )
        self._gathered.append(piece)
        self._waiting += len(piece)
        if self._waiting >= _GATHERED:
            await self._flush()

    async def finish(self) -> None:
        """All has come: wait until it is on the disk; safe to call twice. Raises `StorageFull`."""
        if self.sha256:
            return
        await self._flush()
        await _finished(self._finish)
        self.sha256 = self._hash.hexdigest()

    async def close(self) -> None:
        """Close the file and remove it, if it is still there."""
        await asyncio.to_thread(self._close)

    async def _flush(self) -> None:
        pieces, self._gathered, self._waiting = self._gathered, [], 0
        await _finished(self._write, pieces)

    def _open(self) -> None:
        with full_disk_is_an_error(self._spool, self._limit):
            require_space(self._spool, 0)
            self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handle, name = tempfile.mkstemp(dir=self._spool, suffix=".part")
        self.part = Path(name)

    def _write(self, pieces: list[bytes]) -> None:
        assert self._handle is not None
        if self.size - self._looked_at >= _LOOK_EVERY:
            self._looked_at = self.size
            require_space(self._spool, 0)
        with full_disk_is_an_error(self._spool, self.size):
            for piece in pieces:
                self._hash.update(piece)
                view = memoryview(piece)
                while view:
                    view = view[os.write(self._handle, view) :]

    def _finish(self) -> None:
        assert self._handle is not None
        with full_disk_is_an_error(self._spool, self.size):
            os.fsync(self._handle)
        handle, self._handle = self._handle, None
        os.close(handle)

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if self.part.name:
            self.part.unlink(missing_ok=True)


async def _finished(work: Callable[..., None], *arguments: object) -> None:
    """Work in a thread, and wait for it even when whoever sends is gone: it must not touch a file that is closed."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise
