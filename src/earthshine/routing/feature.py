"""Adds deployments, and the router that finds one for each request."""

from __future__ import annotations

from earthshine.catalog import Catalog
from earthshine.database import Database
from earthshine.engines.pool import Pool
from earthshine.metering.model_directory import ModelDirectory
from earthshine.metering.prices.price import Prices
from earthshine.routing.deployments.routes import router as deployments
from earthshine.routing.deployments.store import Deployments
from earthshine.routing.router import Router
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    store = services.add(Deployments(services.get(Database), settings))
    router = Router(
        services.get(Pool),
        services.get(Catalog),
        settings,
        prices=services.get(Prices),
        store=store,
    )
    services.add(router, ModelDirectory)
    services.on_close(router.close)
    await router.open()


FEATURE = Feature(routers=(deployments,), open=_open)
