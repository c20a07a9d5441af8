"""Tavily. Source: https://docs.tavily.com/documentation/api-reference/endpoint/search"""

from __future__ import annotations

from typing import Any

from earthshine.errors import InvalidRequest
from earthshine.web_searches.base import EngineOptions, SearchHit, SearchQuery, WebSearchEngine
from earthshine.web_searches.json_api import ask, hits

_HINT = "See that `web_search_key` is a key of Tavily with credits left."
_MOST = 20


class Tavily(WebSearchEngine):
    """Tavily's API."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    async def search(self, query: SearchQuery) -> list[SearchHit]:
        """Ask it. It wants countries by their English names, which nobody gave."""
        body: dict[str, Any] = {"query": query.text, "max_results": min(_MOST, query.limit)}
        if query.domains:
            body["include_domains"] = list(query.domains)
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = await ask("Tavily", f"{self._url}/search", headers=headers, body=body, hint=_HINT)
        return list(hits(answer.get("results"), "content"))


def provide(options: EngineOptions) -> WebSearchEngine:
    """Return the engine."""
    if not options.key:
        raise InvalidRequest("`web_search` is tavily: put a key of it into `web_search_key`.")
    return Tavily(options.url or "https://api.tavily.com", options.key)
