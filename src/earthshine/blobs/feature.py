"""Adds the store of bytes: on disk, or on S3-compatible storage."""

from __future__ import annotations

from earthshine.blobs.blobs import Blobs
from earthshine.blobs.store import open_store
from earthshine.database import Database
from earthshine.instances.node import node_id
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    settings = services.get(Settings)
    node = node_id(settings.data)
    quota, days = settings.project_storage * 2**20, settings.rot_check_days
    store = open_store(settings, node)
    database = services.get(Database)
    # Its own data directory is no other server's.
    private = database.shared and not settings.blobs
    every = days * 86_400
    blobs = services.add(Blobs(database, store, node, quota=quota, check_every=every, private=private))
    services.on_close(blobs.close)
    await blobs.start()


FEATURE = Feature(open=_open)
