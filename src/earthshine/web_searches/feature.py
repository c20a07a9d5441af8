"""Adds searches of the web."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

from earthshine.errors import InvalidRequest
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.web_searches.base import GROUP, EngineOptions, WebSearchEngine
from earthshine.web_searches.searches import WebSearches
from earthshine.webpages.domains import domain_of


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    blocked = [domain_of(each) for each in settings.web_blocked_domains.split(",") if each.strip()]
    services.add(WebSearches(_engine(settings), None, blocked=blocked))


def _engine(settings: Settings) -> WebSearchEngine | None:
    """Return the engine that the settings name. Raises `InvalidRequest` for one that is not there."""
    if not settings.web_search:
        return None
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if settings.web_search not in known:
        raise InvalidRequest(
            f"`web_search` is {settings.web_search!r}, which is not there; there are: {', '.join(sorted(known))}."
        )
    provide: Callable[[EngineOptions], WebSearchEngine] = known[settings.web_search].load()
    return provide(EngineOptions(settings.web_search_url.rstrip("/"), settings.web_search_key))


FEATURE = Feature(open=_open)
