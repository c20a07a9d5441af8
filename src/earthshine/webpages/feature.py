"""Adds web pages."""

from __future__ import annotations

from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.webpages.domains import domain_of
from earthshine.webpages.fetcher import Fetcher
from earthshine.webpages.pages import WebPages


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    fetcher = None if settings.web_fetch == "off" else Fetcher(private=settings.web_fetch == "private")
    blocked = [domain_of(each) for each in settings.web_blocked_domains.split(",") if each.strip()]
    services.add(
        WebPages(services.get(Database), services.get(Documents), fetcher, blocked=blocked, days=settings.web_page_days)
    )


FEATURE = Feature(open=_open)
