"""Adds what server processes on one database know of each other."""

from __future__ import annotations

from earthshine.database import Database
from earthshine.instances.instances import Instances
from earthshine.instances.node import node_id
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    instances = services.add(
        Instances(
            services.get(Database),
            node_id(settings.data),
            address=f"{settings.host}:{settings.port}",
            dead_after=settings.takeover_after,
        )
    )
    services.on_close(instances.close)
    await instances.open()


FEATURE = Feature(open=_open)
