"""What search engines are asked, what is read of their answers, and what is said when they do not answer."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any
from urllib.parse import parse_qs

import pytest

from earthshine.errors import InvalidRequest, Unavailable, UpstreamFailed
from earthshine.web_searches import brave, searxng, tavily
from earthshine.web_searches.base import EngineOptions, SearchHit, SearchQuery, WebSearchEngine
from earthshine.web_searches.searches import WebSearches
from tests.webpages.site import Site, running_site

RESULTS: list[Any] = [
    {"url": "https://a.test/1", "title": " One\n", "content": "c1", "description": "d1"},
    {"url": "ftp://a.test/2", "title": "Two"},
    {"title": "no address"},
    "nonsense",
    {"url": "https://b.test/3", "title": None, "content": 3},
]


@pytest.fixture
def site() -> Generator[Site]:
    with running_site() as running:
        yield running


async def test_searxng(site: Site) -> None:
    site.put("/search", json.dumps({"results": RESULTS}), "application/json")
    engine = searxng.provide(EngineOptions(site.url, ""))
    found = await engine.search(SearchQuery("towers & more", domains=("a.test", "b.test")))
    assert found == [SearchHit("https://a.test/1", "One", "c1"), SearchHit("https://b.test/3", "", "")]
    asked = parse_qs(site.asked[0].partition("?")[2])
    assert asked == {"q": ["towers & more (site:a.test OR site:b.test)"], "format": ["json"]}


async def test_brave(site: Site) -> None:
    site.put("/res/v1/web/search", json.dumps({"web": {"results": RESULTS}}), "application/json")
    found = await brave.provide(EngineOptions(site.url, "k")).search(SearchQuery("towers", limit=5, country="FR"))
    assert found[0].snippet == "d1"
    assert parse_qs(site.asked[0].partition("?")[2]) == {"q": ["towers"], "count": ["5"], "country": ["FR"]}
    assert site.heads[0]["X-Subscription-Token"] == "k"
    site.put("/res/v1/web/search", '{"web": null}', "application/json")
    assert await brave.provide(EngineOptions(site.url, "k")).search(SearchQuery("x")) == []


async def test_tavily(site: Site) -> None:
    site.put("/search", json.dumps({"results": RESULTS}), "application/json")
    found = await tavily.provide(EngineOptions(site.url, "k")).search(SearchQuery("towers", domains=("a.test",)))
    assert found[0].snippet == "c1"
    assert json.loads(site.bodies[0]) == {"query": "towers", "max_results": 8, "include_domains": ["a.test"]}
    assert site.heads[0]["Authorization"] == "Bearer k"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, "no", "refused the search .403.*settings.yml"),
        (429, "no", "refused the search .429"),
        (500, "{}", "answered 500"),
        (200, "<html>", "not with its JSON"),
        (200, "[]", "not with its JSON"),
        (302, "", "answered 302"),
    ],
)
async def test_an_engine_that_does_not_answer(site: Site, status: int, body: str, said: str) -> None:
    site.put("/search", body, "application/json", status=status, Location="/tower")
    with pytest.raises(UpstreamFailed, match=said):
        await searxng.provide(EngineOptions(site.url, "")).search(SearchQuery("x"))


async def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(UpstreamFailed, match="does not answer"):
        await searxng.provide(EngineOptions("http://127.0.0.1:9", "")).search(SearchQuery("x"))


@pytest.mark.parametrize("engine", [searxng, brave, tavily])
def test_what_an_engine_needs_is_said_at_the_start(engine: Any) -> None:
    with pytest.raises(InvalidRequest, match="web_search_"):
        engine.provide(EngineOptions("", ""))


class Fixed(WebSearchEngine):
    """Answers each query with pages of its own."""

    def __init__(self, **answers: list[str] | Exception) -> None:
        self._answers = answers

    async def search(self, query: SearchQuery) -> list[SearchHit]:
        answer = self._answers[query.text]
        if isinstance(answer, Exception):
            raise answer
        return [SearchHit(url, url, "") for url in answer]


async def test_queries_take_turns_and_each_page_comes_once() -> None:
    engine = Fixed(
        a=["https://x.test/1", "https://x.test/2#p", "https://y.blocked.test/"],
        b=["https://x.test/2/", "https://evil.test/"],
        broken=UpstreamFailed("x"),
    )
    searches = WebSearches(engine, None, blocked=["blocked.test"])

    async def found(*queries: str, domains: tuple[str, ...] = ()) -> list[str]:
        hits = await searches.search([SearchQuery(each, domains=domains) for each in queries])
        return [hit.url for hit in hits]

    assert await found("a", "b") == ["https://x.test/1", "https://x.test/2/", "https://evil.test/"]
    assert await found("a", "b", domains=("x.test",)) == ["https://x.test/1", "https://x.test/2/"]
    assert await found("broken", "b") == ["https://x.test/2/", "https://evil.test/"]
    with pytest.raises(UpstreamFailed):
        await found("broken")


async def test_what_is_saved_is_asked_where_the_web_may_not_be_reached() -> None:
    live, saved = Fixed(a=["https://live.test/"]), Fixed(a=["https://saved.test/"])
    query = [SearchQuery("a")]
    both = WebSearches(live, saved)
    assert [hit.url for hit in await both.search(query)] == ["https://live.test/"]
    assert [hit.url for hit in await both.search(query, live=False)] == ["https://saved.test/"]
    assert both.has(live=False) and not WebSearches(live, None).has(live=False)
    assert [hit.url for hit in await WebSearches(None, saved).search(query)] == ["https://saved.test/"]
    with pytest.raises(Unavailable, match="web_search"):
        await WebSearches(live, None).search(query, live=False)
