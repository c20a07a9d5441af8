"""Models that are being fetched by the server, for whoever watches; each goes on where it was cut.

A download belongs to the machine on whose disk the weights come to lie, so its record is a small file beside them and
no row of the database, which servers on several machines may share.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from earthshine.catalog import Catalog, Step
from earthshine.catalog.card import Card
from earthshine.disk import write_atomically
from earthshine.errors import EarthshineError, NotFound
from earthshine.ids import new_id

log = logging.getLogger(__name__)

State = Literal["running", "completed", "failed", "cancelled", "interrupted"]

_SUFFIX = ".download"
_SPEED_SECONDS = 10.0
"""The stretch of time over which speed is measured."""


@dataclass(slots=True)
class Download:
    """One model that is, or was, being fetched."""

    id: str
    model: str
    """The name under which it is installed."""
    source: str
    created_at: int
    state: State = "running"
    ended_at: int | None = None
    error: dict[str, str] | None = None
    done: int = 0
    total: int | None = None


@dataclass(slots=True)
class WatchedDownload:
    """A download with what only this process knows of it."""

    download: Download
    task: asyncio.Task[None] | None = None
    step: Step | None = None
    seen: deque[tuple[float, int]] = field(default_factory=deque[tuple[float, int]])
    """When how many bytes were there, for the last seconds."""

    def watch(self, step: Step) -> None:
        """Take a report of the installer."""
        self.step = step
        if step.stage not in ("downloading", "retrying"):
            self.seen.clear()
        if step.total is not None:
            self.download.done, self.download.total = step.done, step.total
        elif step.stage == "downloading":
            self.download.done = step.done
        now = time.monotonic()
        self.seen.append((now, step.done))
        while self.seen[0][0] < now - _SPEED_SECONDS:
            self.seen.popleft()

    @property
    def speed(self) -> int | None:
        """Bytes per second now; None where nothing is being fetched."""
        if self.download.state != "running" or self.step is None or self.step.stage != "downloading":
            return None
        (then, before), (now, done) = self.seen[0], self.seen[-1]
        return int((done - before) / (now - then)) if now > then and done >= before else None


_DOWNLOAD = TypeAdapter(Download)


class Downloads:
    """The downloads of this server."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[str, WatchedDownload] = {}
        self._closing = False

    def open(self) -> None:
        """Read what an earlier start left; what was running then is interrupted now."""
        for file in sorted(self._catalog.partial.glob(f"*{_SUFFIX}")):
            try:
                download = _DOWNLOAD.validate_json(file.read_bytes())
            except (OSError, ValidationError) as error:
                log.warning("the record of a download cannot be read: %s: %s", file, error)
                continue
            if download.state == "running":
                download.state = "interrupted"
                download.done = self._catalog.kept(download.model)
            self._known[download.model] = WatchedDownload(download)

    async def close(self) -> None:
        """Stop what is running; it can be resumed after the next start."""
        self._closing = True
        tasks = [each.task for each in self._known.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def list(self) -> Sequence[WatchedDownload]:
        """Return all downloads, newest first."""
        return sorted(self._known.values(), key=lambda each: each.download.id, reverse=True)

    def get(self, download_id: str) -> WatchedDownload:
        """Return a download. Raises `NotFound`."""
        for each in self._known.values():
            if each.download.id == download_id:
                return each
        raise NotFound(f"No download with id '{download_id[:100]}' was found on this server.", param="download_id")

    async def start(self, sources: Sequence[str], name: str = "", about: Card | None = None) -> WatchedDownload:
        """Begin to fetch a model, or go on where an earlier download of it stopped; return at once.

        One that is running already is returned as it is. Raises `InvalidRequest` and `Conflict` for what cannot be.
        """
        address, name = self._catalog.plan(sources, name)
        known = self._known.get(name)
        addresses = [self._catalog.plan([source], name)[0] for source in sources]
        if known is not None and known.download.source in addresses:
            address = known.download.source
            if known.task is not None:
                return known
        if known is not None and known.task is not None:
            await self._stop(known)
        again = known is not None and known.download.source == address and known.download.state != "completed"
        made = known.download.id if known is not None and again else new_id("download")
        watched = WatchedDownload(Download(made, name, address, created_at=int(time.time())))
        self._known[name] = watched
        self._write(watched.download)
        watched.task = asyncio.create_task(self._fetch(watched, sources, about), name=f"download {name}")
        return watched

    async def stop(self, download_id: str) -> WatchedDownload:
        """Stop a download, and keep what came; forget one that is not running, with what came of it."""
        watched = self.get(download_id)
        if watched.task is not None:
            await self._stop(watched)
            return watched
        name = watched.download.model
        del self._known[name]
        self._file(name).unlink(missing_ok=True)
        if watched.download.state != "completed":
            self._catalog.discard(name)
        return watched

    async def _stop(self, watched: WatchedDownload) -> None:
        if watched.task is not None:
            watched.task.cancel()
            await asyncio.wait({watched.task})
        if watched.download.state == "running":  # it was stopped before its task had begun
            watched.task = None
            self._end(watched, "cancelled")

    async def _fetch(self, watched: WatchedDownload, sources: Sequence[str], about: Card | None) -> None:
        download = watched.download
        try:
            card = await self._catalog.add(sources, download.model, about=about, progress=watched.watch)
        except asyncio.CancelledError:
            if self._closing:
                raise
            self._end(watched, "cancelled")
        except EarthshineError as error:
            download.error = {"code": error.code, "message": error.message}
            self._end(watched, "failed")
        except Exception:
            log.exception("the download of %s failed", download.model)
            download.error = {"code": "internal_error", "message": "Something broke on our side; the log has details."}
            self._end(watched, "failed")
        else:
            download.done, download.total = card.size, card.size
            self._end(watched, "completed")
        finally:
            watched.task = None

    def _end(self, watched: WatchedDownload, state: State) -> None:
        watched.download.state = state
        watched.download.ended_at = int(time.time())
        try:
            self._write(watched.download)
        except (EarthshineError, OSError) as error:
            # After the next start it is taken for interrupted, and to resume it does no harm.
            log.warning("the end of the download of %s could not be written down: %s", watched.download.model, error)

    def _write(self, download: Download) -> None:
        self._catalog.partial.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file(download.model), _DOWNLOAD.dump_json(download))

    def _file(self, name: str) -> Path:
        return self._catalog.partial / f"{name}{_SUFFIX}"


def download_object(watched: WatchedDownload) -> dict[str, Any]:
    """Return a download as the API shows it."""
    facts = asdict(watched.download)
    running = watched.download.state == "running"
    return {
        "id": facts["id"],
        "object": "catalog.download",
        "model": facts["model"],
        "source": facts["source"],
        "state": facts["state"],
        "stage": watched.step.stage if running and watched.step is not None else None,
        "note": watched.step.note or None if running and watched.step is not None else None,
        "bytes_done": facts["done"],
        "bytes_total": facts["total"],
        "bytes_per_second": watched.speed,
        "created_at": facts["created_at"],
        "ended_at": facts["ended_at"],
        "error": facts["error"],
    }
