"""Adds conversations."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.conversations.routes import router
from earthshine.conversations.store import Conversations
from earthshine.conversations.tables import conversations as table
from earthshine.database import Database
from earthshine.services import Feature, Services


async def _open(services: Services) -> None:
    conversations = services.add(Conversations(services.get(Database)))
    services.get(Removal).register(conversations.erase, table)


FEATURE = Feature(routers=(router,), open=_open)
