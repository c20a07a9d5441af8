"""Adds containers."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.containers.containers import Containers
from earthshine.containers.egress_log.log import EgressLog
from earthshine.containers.egress_log.routes import router as egress_router
from earthshine.containers.file_routes import router as file_router
from earthshine.containers.living_routes import router as living_router
from earthshine.containers.routes import router
from earthshine.containers.skills import ContainerSkills
from earthshine.containers.tables import containers as table
from earthshine.database import Database
from earthshine.files.store import Files
from earthshine.instances.node import node_id
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.meter import Meter
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.skills.store import Skills


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    sandboxes, database = services.add(Sandboxes(settings)), services.get(Database)
    spool = Spool(settings.data / "spool" / "egress", "connection of a sandbox")
    egress = services.add(EgressLog(database, spool, days=settings.egress_days, rows=settings.egress_rows))
    services.on_close(egress.close)
    await egress.open()
    containers = services.add(
        Containers(
            settings,
            database,
            services.get(Files),
            ContainerSkills(services.get(Skills)),
            services.get(Meter),
            sandboxes,
            node_id(settings.data),
            egress,
        )
    )
    services.on_close(containers.close)
    services.on_start(containers.start)
    services.get(Removal).register(containers.erase, table)


FEATURE = Feature(routers=(router, file_router, living_router, egress_router), open=_open)
