"""Adds containers."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.containers.containers import Containers
from earthshine.containers.file_routes import router as file_router
from earthshine.containers.routes import router
from earthshine.containers.skills import ContainerSkills
from earthshine.containers.tables import containers as table
from earthshine.database import Database
from earthshine.files.store import Files
from earthshine.instances.node import node_id
from earthshine.metering.meter import Meter
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.skills.store import Skills


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    sandboxes = services.add(Sandboxes(settings))
    containers = services.add(
        Containers(
            settings,
            services.get(Database),
            services.get(Files),
            ContainerSkills(services.get(Skills)),
            services.get(Meter),
            sandboxes,
            node_id(settings.data),
        )
    )
    services.on_close(containers.close)
    services.on_start(containers.start)
    services.get(Removal).register(containers.erase, table)


FEATURE = Feature(routers=(router, file_router), open=_open)
