"""The service: pages of a folder that the installation mounts are found by their words, and read by their addresses."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import orjson

from earthshine.documents.search import terms_of
from earthshine.errors import Unavailable
from earthshine.periodic import Periodic
from earthshine.processes.child import Child
from earthshine.search.keyword_index import KeywordIndex
from earthshine.text.snippets import snippet
from earthshine.web_searches.archive.catalog import Catalog, Entry
from earthshine.web_searches.archive.saved_files import pages_in
from earthshine.web_searches.base import SearchHit, SearchQuery, WebSearchEngine
from earthshine.webpages.domains import within
from earthshine.webpages.fetcher import Fetched

log = logging.getLogger(__name__)

_LOOK_SECONDS = 3600.0
_DEEP = 500
"""Pages that are looked at where only some domains are wanted."""
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "HOME", "TMPDIR")
"""Variables that the child is given: no secret that the server's environment may hold."""


class WebArchive(WebSearchEngine):
    """Saved pages of one folder."""

    def __init__(self, folder: Path, place: Path) -> None:
        """`place`: where the index of the folder is kept; nothing is ever written into the folder itself."""
        self._folder, self._place = folder, place
        self._open: tuple[Catalog, KeywordIndex] | None = None
        self._child: Child | None = None
        self._looking = Periodic("saved pages", self.refresh, _LOOK_SECONDS, first=0)

    def start(self) -> None:
        """Begin to look what is in the folder, now and then."""
        self._looking.start()

    async def close(self) -> None:
        """Stop; what was not indexed is the next time."""
        await self._looking.close()

    async def refresh(self) -> None:
        """Index what is new in the folder. Raises `Unavailable`."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        command = (sys.executable, "-P", "-m", "earthshine.web_searches.archive.worker")
        child = await Child.start(command, environment, inherit=False)
        try:
            child.tell({"parent": os.getpid(), "folder": str(self._folder), "place": str(self._place)})
            line = await child.line()
            if not line.endswith(b"\n"):
                await child.wait()
                await child.logged()
                raise Unavailable(f"Saved pages could not be indexed ({child.ending}): {child.last_words()}")
            told = orjson.loads(line)
        finally:
            await child.end()
        self._open = None
        if told["pages"] or told["unread"]:
            log.info("saved pages: %d read, %d files without an address", told["pages"], told["unread"])

    async def search(self, query: SearchQuery) -> list[SearchHit]:
        """Return the pages that have the words, the best first; until the first look is over, none."""
        return await asyncio.to_thread(self._search, query)

    async def find(self, url: str) -> Fetched | None:
        """Return the saved copy of an address; None where there is none."""
        return await asyncio.to_thread(self._find, url)

    def _search(self, query: SearchQuery) -> list[SearchHit]:
        opened = self._opened()
        if opened is None:
            return []
        catalog, index = opened
        found, _ = index.search(query.text, _DEEP if query.domains else query.limit)
        entries = catalog.entries([number for number, _ in found])
        wanted = [each for each in entries if not query.domains or within(each.url, query.domains)]
        return [SearchHit(each.url, each.title, _told(each, query.text)) for each in wanted[: query.limit]]

    def _find(self, url: str) -> Fetched | None:
        opened = self._opened()
        entry = opened[0].find(url) if opened is not None else None
        if entry is None:
            return None
        with suppress(OSError):
            for place, page in pages_in(self._folder, self._folder / entry.path, entry.place):
                # A file that was changed since may have another page there.
                return page if place == entry.place and page.url == entry.url else None
        return None

    def _opened(self) -> tuple[Catalog, KeywordIndex] | None:
        if self._open is None and (self._place / "pages.db").exists():
            self._open = Catalog(self._place / "pages.db"), KeywordIndex(self._place / "keywords")
        return self._open


def _told(entry: Entry, words: str) -> str:
    return " ".join(snippet(entry.text[:20_000], terms_of(words)).text.split())
