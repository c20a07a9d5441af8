"""Adds the pool of loaded models."""

from __future__ import annotations

from earthshine.catalog import Catalog
from earthshine.engines.llamacpp.devices.inventory import Devices
from earthshine.engines.pool import Pool
from earthshine.processes.memory import MemoryBudget, memory_budget
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    memory = services.add(MemoryBudget(memory_budget(settings)))
    devices = services.add(Devices(settings))
    services.on_close(devices.close)
    pool = services.add(Pool(settings, services.get(Catalog), memory=memory))
    services.on_close(pool.close)


FEATURE = Feature(open=_open)
