"""Adds the pool of loaded models."""

from __future__ import annotations

from earthshine.catalog import Catalog
from earthshine.engines.pool import Pool
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    pool = services.add(Pool(services.get(Settings), services.get(Catalog)))
    services.on_close(pool.close)


FEATURE = Feature(open=_open)
