"""Adds the lists of models, downloads, and the better model that comes by itself."""

from __future__ import annotations

from earthshine.catalog import Catalog
from earthshine.catalog.reachability import Reachability
from earthshine.engines.pool import Pool
from earthshine.models.better import BetterModel
from earthshine.models.catalog_routes import router as catalog_routes
from earthshine.models.download_routes import router as download_routes
from earthshine.models.downloads import Downloads
from earthshine.models.engine_routes import router as engine_routes
from earthshine.models.machine_routes import router as machine_routes
from earthshine.models.routes import router
from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    catalog = services.get(Catalog)
    downloads = services.add(Downloads(catalog))
    services.on_close(downloads.close)
    downloads.open()
    better = services.add(
        BetterModel(services.get(Settings), catalog, services.get(Pool), downloads, services.get(Reachability))
    )
    services.on_close(better.close)
    services.on_start(better.start)
    services.get(ChosenSettings).on_change = better.start


FEATURE = Feature(routers=(router, download_routes, catalog_routes, engine_routes, machine_routes), open=_open)
