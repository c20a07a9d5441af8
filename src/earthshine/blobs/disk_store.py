"""Bytes in the files of a directory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from earthshine.disk import full_disk_is_an_error, sync_directory
from earthshine.errors import EarthshineError, Unavailable

PIECE = 2**18
"""Bytes that are read at once."""


class DiskStore:
    """A directory that one server or several have: a local one, or one of the network."""

    def __init__(self, root: Path, node: str) -> None:
        self._root = root
        # Beside the bytes, so that a rename keeps them; each server has its own, so that it may clear it.
        self.spool = root / "incoming" / node

    async def keep(self, part: Path, place: str) -> None:
        """Keep a whole file of the spool at a place. Raises `StorageFull`."""
        await asyncio.to_thread(self._keep, part, self._root / place)

    def _keep(self, part: Path, path: Path) -> None:
        with full_disk_is_an_error(self._root, part.stat().st_size):
            if not path.parent.is_dir():
                path.parent.mkdir(mode=0o700, exist_ok=True)
                sync_directory(self._root)
            part.replace(path)
            sync_directory(path.parent)

    async def read(self, place: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """Yield the bytes from `start` up to and without `end`. Raises `FileNotFoundError`."""
        with await asyncio.to_thread((self._root / place).open, "rb", 0) as file:
            file.seek(start)
            while start < end:
                piece = await asyncio.to_thread(file.read, min(PIECE, end - start))
                if not piece:
                    return
                start += len(piece)
                yield piece

    def path(self, place: str) -> Path | None:
        """Return the file at a place, which is only to be read."""
        return self._root / place

    async def remove(self, place: str) -> None:
        """Remove what is at a place, if anything is."""
        await asyncio.to_thread((self._root / place).unlink, missing_ok=True)

    async def check(self) -> str:
        """Return in words where the bytes are. Raises `Unavailable` when this user may not write there."""
        existing = self._root
        while not existing.exists():
            existing = existing.parent
        try:
            with tempfile.TemporaryFile(dir=existing):
                return str(self._root)
        except OSError as error:
            raise cannot_write(existing, error) from error


def cannot_write(directory: Path, error: OSError) -> EarthshineError:
    """Return the error for a directory in which no file can be made."""
    return Unavailable(
        f"Files cannot be stored in {directory} ({error.strerror}). Let the server's user write there, or set `blobs`.",
        code="storage_unwritable",
    )
