"""Adds skills."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.services import Feature, Services
from earthshine.skills.routes import router
from earthshine.skills.store import Skills
from earthshine.skills.tables import skills as table


async def _open(services: Services) -> None:
    skills = services.add(Skills(services.get(Database), services.get(Blobs)))
    services.get(Removal).register(skills.erase, table)


FEATURE = Feature(routers=(router,), open=_open)
