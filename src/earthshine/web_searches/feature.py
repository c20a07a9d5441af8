"""Adds searches of the web."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from earthshine.errors import InvalidRequest
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.web_searches.base import GROUP, EngineOptions, WebSearchEngine
from earthshine.web_searches.searches import WebSearches
from earthshine.webpages.domains import domain_of
from earthshine.webpages.pages import WebPages

if TYPE_CHECKING:
    from earthshine.web_searches.archive.archive import WebArchive


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    blocked = [domain_of(each) for each in settings.web_blocked_domains.split(",") if each.strip()]
    archive = _archive(settings)
    if archive is not None:
        services.get(WebPages).archive = archive.find
        services.on_close(archive.close)
        services.on_start(archive.start)
    services.add(WebSearches(_engine(settings), archive, blocked=blocked))


def _archive(settings: Settings) -> WebArchive | None:
    """Return the saved pages that the settings name. Raises `InvalidRequest` for what is no directory."""
    if not settings.web_archive:
        return None
    from earthshine.web_searches.archive.archive import WebArchive  # here: its index takes 8 MB

    folder = Path(settings.web_archive).absolute()
    if not folder.is_dir():
        raise InvalidRequest(f"`web_archive` is {settings.web_archive!r}, which is no directory.")
    return WebArchive(folder, settings.data.absolute() / "web_archive")


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
