"""Adds what a person keeps: assistants, prompts, spaces, memories and preferences."""

from __future__ import annotations

from functools import partial

from earthshine.accounts.people.removal import Removal
from earthshine.database import Database
from earthshine.personal.routes import router
from earthshine.personal.store import erase
from earthshine.personal.tables import personal_things
from earthshine.services import Feature, Services


async def _open(services: Services) -> None:
    services.get(Removal).register(partial(erase, services.get(Database)), personal_things)


FEATURE = Feature(routers=(router,), open=_open)
