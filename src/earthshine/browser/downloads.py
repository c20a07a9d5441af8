"""What pages have a browser download: into one folder, bounded, under names that are safe."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Download

MOST_BYTES = 200 * 2**20
"""Of one file."""
MOST_FILES = 50
_SECONDS = 120.0
"""For one file."""
_PATIENCE = 2.0
"""Seconds for which a page that is read waits for a download."""
_SAFE = re.compile(r"[^\w.() \-]+")


class Downloads:
    """The downloads of one browser."""

    def __init__(self, folder: str | None) -> None:
        """`folder`: where they are put; None refuses all."""
        self._folder = None if folder is None else Path(folder)
        self._running: set[asyncio.Task[None]] = set()
        self._told: list[str] = []
        self._kept: list[str] = []
        self._count = 0

    def begin(self, download: Download) -> None:
        """Take in a file, or refuse it."""
        self._count += 1
        task = asyncio.ensure_future(self._keep(download))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self) -> None:
        """Wait a moment for what is on its way."""
        if self._running:
            await asyncio.wait(self._running, timeout=_PATIENCE)

    def told(self) -> list[str]:
        """Return what has become of downloads since this was asked last."""
        told, self._told = self._told, []
        return [*told, *([f"{len(self._running)} downloads are on their way."] if self._running else [])]

    def kept(self) -> list[str]:
        """Return the names of the files that are whole since this was asked last."""
        kept, self._kept = self._kept, []
        return kept

    async def _keep(self, download: Download) -> None:
        name = _SAFE.sub("_", download.suggested_filename).strip(". ")[:120] or "file"
        if self._folder is None or self._count > MOST_FILES:
            await download.cancel()
            self._told.append(f"The download of {name} was refused: {'too many' if self._folder else 'none are kept'}.")
            return
        path = None
        try:
            path = self._free(name)
            async with asyncio.timeout(_SECONDS):
                await self._bounded(download, path)
        except Exception:
            with suppress(Exception):
                await download.cancel()
            if path is not None:
                path.unlink(missing_ok=True)
            self._told.append(f"The download of {name} failed, or is larger than {MOST_BYTES // 2**20} MiB.")
        else:
            self._kept.append(path.name)
            self._told.append(f"Downloaded: {path.name} ({path.stat().st_size} bytes)")

    async def _bounded(self, download: Download, path: Path) -> None:
        """Save a download, unless it grows too large on the way."""
        saving = asyncio.ensure_future(download.save_as(path))
        try:
            while not saving.done():
                await asyncio.wait([saving], timeout=0.5)
                assert self._folder is not None
                parts = [each.stat().st_size for each in (self._folder / ".parts").glob("*") if each.is_file()]
                if max(parts, default=0) > MOST_BYTES:
                    raise ValueError("too large")
            await saving
        finally:
            saving.cancel()

    def _free(self, name: str) -> Path:
        assert self._folder is not None
        # Chromium makes it only while it downloads, sometimes later than it tells of that.
        self._folder.mkdir(parents=True, exist_ok=True)
        path, number = self._folder / name, 1
        while path.exists():
            number += 1
            stem, dot, ending = name.rpartition(".")
            path = self._folder / (f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})")
        path.touch()
        return path
