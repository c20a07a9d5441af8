"""The small model behind `default-embedding`: fetched in the background where nothing makes vectors yet.

It is asked for by the same setting as the tiny chat model, `embedded_model`. The server does not wait for it. One that
came and was removed, or whose download was stopped, was not wanted.
"""

from __future__ import annotations

import asyncio
import logging

from earthshine.catalog import Catalog
from earthshine.catalog.curated import EMBEDDED_VECTORS, find
from earthshine.catalog.machine import gib
from earthshine.models.downloads import Download, Downloads
from earthshine.tasks import end_tasks

_LOOK = 0.5
"""Seconds between two looks at a download."""
_RETRY = 300.0
"""Seconds after which a download that could not be gone on with is tried again."""
_PASSING = ("download_interrupted", "source_unreachable", "storage_full")
"""Codes of errors that may pass by themselves."""

log = logging.getLogger(__name__)


class DefaultEmbedding:
    """Brings it, in the background of one server."""

    def __init__(self, catalog: Catalog, downloads: Downloads, retry: float = _RETRY) -> None:
        self._catalog = catalog
        self._downloads = downloads
        self._retry = retry
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, where it is wanted. Returns at once."""
        if self._catalog.wants_vectors():
            self._task = asyncio.create_task(self._bring(), name="bring the embedding model")
            self._task.add_done_callback(_told)

    async def close(self) -> None:
        """Stop watching; the download itself is stopped by its own service."""
        await end_tasks(self._task)

    async def _bring(self) -> None:
        entry = find(EMBEDDED_VECTORS)
        assert entry is not None
        while self._catalog.wants_vectors():
            states = {each.model: each.state for each in await self._downloads.own()}
            if states.get(entry.card.name) in ("completed", "cancelled"):
                return
            log.info(
                "%s (%s), for `default-embedding`, is arriving in the background", entry.card.name, gib(entry.card.size)
            )
            download = await self._downloads.start(entry.sources, entry.card.name, entry.card)
            if not await self._ended_for_now(download):
                return
            await asyncio.sleep(self._retry)

    async def _ended_for_now(self, download: Download) -> bool:
        """Wait for the end of a download; whether it is worth being tried again."""
        while download.state == "running":  # noqa: ASYNC110  # nothing is set when it ends
            await asyncio.sleep(_LOOK)
        if download.state == "completed":
            log.info("%s is here: `default-embedding` means it unless another was chosen", download.model)
        if download.state != "failed":
            return False
        error = download.error or {}
        log.warning("%s did not arrive: %s", download.model, error.get("message", ""))
        return error.get("code") in _PASSING


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the embedding model was given up", exc_info=error)
