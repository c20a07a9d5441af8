"""Adds the lists of models, downloads, and the better model that comes by itself."""

from __future__ import annotations

from earthshine.catalog import Catalog
from earthshine.catalog.reachability import Reachability
from earthshine.database import Database
from earthshine.engines.pool import Pool
from earthshine.instances import Instances
from earthshine.instances.node import node_id
from earthshine.models.better import BetterModel
from earthshine.models.catalog_routes import router as catalog_routes
from earthshine.models.default_embedding import DefaultEmbedding
from earthshine.models.device_routes import router as device_routes
from earthshine.models.download_routes import router as download_routes
from earthshine.models.downloads import Downloads
from earthshine.models.engine_routes import router as engine_routes
from earthshine.models.machine_routes import router as machine_routes
from earthshine.models.routes import router
from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    catalog, settings, runs = services.get(Catalog), services.get(Settings), services.get(Runs)
    database, instances = services.get(Database), services.get(Instances)
    downloads = services.add(Downloads(database, instances, runs, catalog, node_id(settings.data)))
    runs.register(downloads)
    await downloads.open()
    better = services.add(BetterModel(settings, catalog, services.get(Pool), downloads, services.get(Reachability)))
    services.on_close(better.close)
    services.on_start(better.start)
    services.get(ChosenSettings).on_change = better.start
    vectors = DefaultEmbedding(catalog, downloads)
    services.on_close(vectors.close)
    services.on_start(vectors.start)


FEATURE = Feature(
    routers=(router, download_routes, catalog_routes, device_routes, engine_routes, machine_routes), open=_open
)
