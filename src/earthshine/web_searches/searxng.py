"""SearXNG, a search engine that people host themselves. Source: https://docs.searxng.org/dev/search_api.html"""

from __future__ import annotations

from earthshine.errors import InvalidRequest
from earthshine.web_searches.base import EngineOptions, SearchHit, SearchQuery, WebSearchEngine
from earthshine.web_searches.json_api import ask, hits, of_sites

_HINT = "Its settings.yml must name json under `search: formats:`, and its limiter must let this server in."


class SearXNG(WebSearchEngine):
    """One instance."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def search(self, query: SearchQuery) -> list[SearchHit]:
        """Ask it. It knows no countries; it answers in the language of the words."""
        params = {"q": of_sites(query.text, query.domains), "format": "json"}
        answer = await ask("SearXNG", f"{self._url}/search", params=params, hint=_HINT)
        return list(hits(answer.get("results"), "content"))


def provide(options: EngineOptions) -> WebSearchEngine:
    """Return the engine."""
    if not options.url:
        raise InvalidRequest(
            "`web_search` is searxng: say in `web_search_url` where it is, such as http://127.0.0.1:8888."
        )
    return SearXNG(options.url)
