"""Adds chat completions."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.chat_completions.routes import router
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.chat_completions.tables import chat_completions as table
from earthshine.database import Database
from earthshine.services import Feature, Services


async def _open(services: Services) -> None:
    stored = services.add(StoredCompletions(services.get(Database)))
    services.get(Removal).register(stored.erase, table)


FEATURE = Feature(routers=(router,), open=_open)
