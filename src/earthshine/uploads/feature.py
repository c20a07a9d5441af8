"""Adds uploads."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.services import Feature, Services
from earthshine.uploads.routes import router
from earthshine.uploads.store import Uploads
from earthshine.uploads.tables import uploads as table


async def _open(services: Services) -> None:
    uploads = services.add(Uploads(services.get(Database), services.get(Blobs)))
    services.on_close(uploads.close)
    services.on_start(uploads.start)
    services.get(Removal).register(uploads.erase, table)


FEATURE = Feature(routers=(router,), open=_open)
