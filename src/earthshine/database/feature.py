"""Adds the database."""

from __future__ import annotations

from earthshine.database.database import Database
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    database = services.add(await Database.open(services.get(Settings).database))
    services.on_close(database.close)


FEATURE = Feature(open=_open)
