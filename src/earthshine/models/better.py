"""A better default model: fetched while the tiny one answers, and put in its place once it has proved itself.

Nobody is kept waiting: the model arrives on trial, which means that `default` does not mean it before it was loaded and
its trial call came back whole. What an administrator chose is never changed: a default model that is set, one that was
installed or connected, a download that was stopped or a model that was removed.

Whether to begin is the setting `better_model`, or a request left in the directory of models. A gigabyte over somebody's
line wants consent: `make serve` leaves that request when it makes a data directory, as whoever runs it asked for all
that is needed, and has just fetched packages by the hundred; a bare `earthshine serve`, as containers run it, waits for
the setup page or for `earthshine pull`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from earthshine.catalog import DEFAULT, Card, Catalog
from earthshine.catalog.curated import Entry, embedded, recommended
from earthshine.catalog.machine import Machine, fits, gib
from earthshine.catalog.reachability import Reachability
from earthshine.disk import write_atomically
from earthshine.engines.pool import Pool
from earthshine.errors import EarthshineError
from earthshine.models.downloads import Download, Downloads
from earthshine.settings import Settings
from earthshine.tasks import end_tasks

MOST_BYTES = 3 * 2**30
"""Largest model that is fetched without being named by somebody."""
_SPARE_DISK = 2**30
"""Bytes that are to stay free on the disk."""
_LOOK = 0.5
"""Seconds between two looks at a download."""
_RETRY = 300.0
"""Seconds after which a download that could not be gone on with is tried again."""
_STEPS = 10
"""Times that a download's progress is written to the log."""
_REQUEST = "better-model"
"""Name of the file, among what is being fetched, that holds `ASKED_FOR`, or what was begun."""
ASKED_FOR = "recommended"

log = logging.getLogger(__name__)


def read_request(partial: Path) -> str:
    """Return the request that was left: nothing, `ASKED_FOR`, or the name of the model that was begun."""
    try:
        return (partial / _REQUEST).read_text()
    except OSError:
        return ""


def write_request(partial: Path, text: str = ASKED_FOR) -> None:
    """Ask for a better model at the next start, or say which one was begun."""
    partial.mkdir(parents=True, exist_ok=True)
    write_atomically(partial / _REQUEST, text.encode())


class BetterModel:
    """Brings it, in the background of one server."""

    def __init__(
        self, settings: Settings, catalog: Catalog, pool: Pool, downloads: Downloads, reachable: Reachability
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._pool = pool
        self._downloads = downloads
        self._reachable = reachable
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginning: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on with what was begun, and begin where the settings say so. Returns at once.

        To be called again when they say something else.
        """
        if self._settings.better_model != "off" and (self._beginning is None or self._beginning.done()):
            self._beginning = self._spawn(self._begin())

    async def bring(self, card: Card, sources: Sequence[str]) -> Download:
        """Fetch a model that is to be the default when it has proved itself; return its download at once."""
        download = await self._downloads.start(sources, card.name, replace(card, trial=True))
        write_request(self._catalog.partial, card.name)
        self._spawn(self._follow(download))
        return download

    async def close(self) -> None:
        """Stop watching; downloads are stopped by their own service."""
        await end_tasks(*self._tasks)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name="bring a better model")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the better model was given up", exc_info=error)

    async def _begin(self) -> None:
        for card in self._catalog.local():
            if card.trial and card.proof is None:  # the server ended before it was tried
                await self._try(card.name)
                return
        if (going := self._going()) is not None:
            await self._follow(going)
            return
        if self._default_is_tiny():
            await self._reachable.ask()  # the setup page will want to know, too
        while self._default_is_tiny() and (begun := await self._begun()) is not None:
            entry = await self._best(begun)
            if entry is not None:
                log.info(
                    "%s (%s) is arriving in the background, and becomes `default` when it has proved itself; stop it "
                    "under Models in the console, or start with --better-model off",
                    entry.card.name,
                    gib(entry.card.size),
                )
                await self.bring(entry.card, self._reachable.sources(entry))
                return
            log.info("no better model has room here and can be reached; looking again in %.0f minutes", _RETRY / 60)
            await asyncio.sleep(_RETRY)

    def _default_is_tiny(self) -> bool:
        """Whether nobody has chosen: `default` means the embedded model, for want of another."""
        try:
            card = self._catalog.resolve(DEFAULT)
        except EarthshineError:
            return False
        return not self._settings.default_model and card.sha256 == embedded().sha256

    def _going(self) -> Download | None:
        """Return the download that was begun before this start, and goes on by itself."""
        begun = read_request(self._catalog.partial)
        return next((each for each in self._downloads.here() if each.model == begun), None)

    async def _begun(self) -> str | None:
        """Return the model that was begun, `ASKED_FOR` where none was yet, None where none is to be fetched."""
        if self._settings.better_model == "off":
            return None
        begun = read_request(self._catalog.partial)
        if begun in ("", ASKED_FOR):
            return ASKED_FOR if begun or self._settings.better_model == "auto" else None
        states = {each.model: each.state for each in await self._downloads.own()}
        # What was stopped, or came and was removed, was somebody's choice.
        return begun if states.get(begun) == "failed" else None

    async def _best(self, begun: str) -> Entry | None:
        """Return the best model that has room and can be had; of one that was begun, only that."""
        machine = await asyncio.to_thread(Machine.here, self._settings.data)
        await self._reachable.ask()

        def can_be_had(entry: Entry) -> bool:
            return (
                self._reachable.of(entry) == "yes"
                and entry.card.size <= MOST_BYTES
                and entry.card.size + _SPARE_DISK <= machine.disk_free
                and fits(entry.card, machine).memory <= self._pool.budget
                and begun in (ASKED_FOR, entry.card.name)
            )

        entry = recommended(machine, can_be_had)
        return entry if entry is not None and entry.card.name != embedded().name else None

    async def _follow(self, download: Download) -> None:
        """Wait for the end of a download, telling the log on the way; then try the model."""
        told = 0
        while True:
            while download.state == "running":
                await asyncio.sleep(_LOOK)
                told = self._log_progress(download, told)
            if download.state != "failed":
                break
            error = download.error or {}
            log.warning("%s did not arrive: %s", download.model, error.get("message", ""))
            if error.get("code") not in ("download_interrupted", "source_unreachable", "storage_full"):
                return
            await asyncio.sleep(_RETRY)
            if download.id not in [each.id for each in await self._downloads.own()]:
                return
            download = await self._downloads.start(download.sources, download.model, download.about)
        if download.state == "completed":
            await self._try(download.model)

    def _log_progress(self, download: Download, told: int) -> int:
        """Write progress to the log each tenth of the way; return the tenths that were told."""
        done, total, speed = download.done, download.total, download.speed
        if download.stage != "downloading" or not total:
            return told
        tenth = done * _STEPS // total
        if tenth <= told:
            return told
        left = f", about {max(1, round((total - done) / speed / 60))} min left" if speed else ""
        log.info("%s: %d%% of %s%s", download.model, 100 * done // total, gib(total), left)
        return tenth

    async def _try(self, name: str) -> None:
        """Load the model, which makes its trial call; where that came back whole, `default` means it from now on."""
        try:
            async with self._pool.use(name):
                card = self._catalog.card(name)
        except EarthshineError as error:
            log.warning("%s does not become the default: %s", name, error.message)
            return
        if card.proof is None or card.proof.tool_format is None:
            detail = card.proof.detail if card.proof is not None else "it made no trial call"
            log.warning("%s does not become the default: %s", name, detail)
            return
        self._catalog.accept(name)
        log.info("%s has proved itself: `default` means it now, unless another was chosen", name)
