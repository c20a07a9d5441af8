"""Adds the catalog of models, and whether those that it lists can be fetched."""

from __future__ import annotations

from earthshine.catalog.catalog import Catalog
from earthshine.catalog.reachability import Reachability
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    services.add(Catalog(settings))
    reachability = services.add(Reachability(settings))
    services.on_close(reachability.close)


FEATURE = Feature(open=_open)
