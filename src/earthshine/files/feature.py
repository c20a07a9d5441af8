"""Adds files."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.files.routes import own_router, router
from earthshine.files.store import Files
from earthshine.files.tables import files as table
from earthshine.services import Feature, Services


async def _open(services: Services) -> None:
    files = services.add(Files(services.get(Database), services.get(Blobs)))
    services.on_close(files.close)
    services.on_start(files.start)
    services.get(Removal).register(files.erase, table)


FEATURE = Feature(routers=(router, own_router), open=_open)
