"""The service: several questions to the engine that the operator chose, and one list of pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from itertools import zip_longest
from urllib.parse import urldefrag

from earthshine.errors import EarthshineError, Unavailable
from earthshine.web_searches.base import SearchHit, SearchQuery, WebSearchEngine
from earthshine.webpages.domains import within

log = logging.getLogger(__name__)


class WebSearches:
    """Searches of one installation."""

    def __init__(
        self, engine: WebSearchEngine | None, saved: WebSearchEngine | None, *, blocked: Sequence[str] = ()
    ) -> None:
        """`engine` looks at the web, `saved` at saved pages; each may be missing. `blocked`: domains."""
        self._engine, self._saved, self._blocked = engine, saved, blocked

    def has(self, *, live: bool) -> bool:
        """Tell whether anything can be searched; without `live`, of what is saved here."""
        return self._saved is not None or (live and self._engine is not None)

    async def search(self, queries: Sequence[SearchQuery], *, live: bool = True) -> list[SearchHit]:
        """Return the best pages of all queries in turn, each once.

        Raises what the engine raises where none of the queries is answered, `Unavailable` where there is no engine.
        """
        engine = (self._engine if live else None) or self._saved
        if engine is None:
            raise Unavailable("This server has no search engine. Its operator can set `web_search`.")
        answers = await asyncio.gather(*(engine.search(each) for each in queries), return_exceptions=True)
        found = [answer for answer in answers if not isinstance(answer, BaseException)]
        for error in (answer for answer in answers if isinstance(answer, BaseException)):
            if not isinstance(error, EarthshineError) or not found:
                raise error
            log.warning("a search of the web failed: %s", error.message)
        kept: dict[str, SearchHit] = {}
        domains = queries[0].domains if queries else ()
        for row in zip_longest(*found):
            for hit in row:
                if hit is None or within(hit.url, self._blocked) or (domains and not within(hit.url, domains)):
                    continue
                kept.setdefault(urldefrag(hit.url)[0].rstrip("/"), hit)
        return list(kept.values())
