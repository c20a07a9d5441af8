"""Adds connectors."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.connectors.programs import Programs
from earthshine.connectors.routes import router
from earthshine.connectors.sign_in_routes import router as sign_in_router
from earthshine.connectors.store import Connectors
from earthshine.connectors.tables import connectors as table
from earthshine.database import Database
from earthshine.periodic import Periodic
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.tools.mcp.connected import ConnectorSource

_LOOK_SECONDS = 30.0


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    programs = Programs(settings, services.get(Sandboxes))
    connectors = services.add(Connectors(settings, services.get(Database), programs), ConnectorSource)
    services.get(Removal).register(connectors.erase, table)
    sweeping = Periodic("looking after connectors", connectors.sweep, _LOOK_SECONDS)
    services.on_close(programs.close)
    services.on_close(sweeping.close)
    services.on_start(sweeping.start)


FEATURE = Feature(routers=(sign_in_router, router), open=_open)
