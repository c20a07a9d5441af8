"""Adds vaults."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.database import Database
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.vaults.credential_routes import router as credential_router
from earthshine.vaults.routes import router
from earthshine.vaults.store import Vaults
from earthshine.vaults.tables import vaults as table


async def _open(services: Services) -> None:
    vaults = services.add(Vaults(services.get(Database), services.get(Settings)))
    services.get(Removal).register(vaults.erase, table)


FEATURE = Feature(routers=(router, credential_router), open=_open)
