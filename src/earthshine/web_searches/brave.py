"""Brave Search. Source: https://api-dashboard.search.brave.com/app/documentation/web-search"""

from __future__ import annotations

from typing import Any, cast

from earthshine.errors import InvalidRequest
from earthshine.web_searches.base import EngineOptions, SearchHit, SearchQuery, WebSearchEngine
from earthshine.web_searches.json_api import Json, ask, hits, of_sites

_HINT = "See that `web_search_key` is a key of Brave's Search API with requests left."
_MOST = 20


class Brave(WebSearchEngine):
    """Brave's API."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    async def search(self, query: SearchQuery) -> list[SearchHit]:
        """Ask it."""
        params = {"q": of_sites(query.text, query.domains), "count": str(min(_MOST, query.limit))}
        if query.country:
            params["country"] = query.country
        headers = {"X-Subscription-Token": self._key}
        answer = await ask("Brave", f"{self._url}/res/v1/web/search", params=params, headers=headers, hint=_HINT)
        web: Any = answer.get("web")
        return list(hits(cast("Json", web).get("results"), "description")) if isinstance(web, dict) else []


def provide(options: EngineOptions) -> WebSearchEngine:
    """Return the engine."""
    if not options.key:
        raise InvalidRequest("`web_search` is brave: put a key of its Search API into `web_search_key`.")
    return Brave(options.url or "https://api.search.brave.com", options.key)
