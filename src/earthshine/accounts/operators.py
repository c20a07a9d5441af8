"""Who of the people runs the installation: the first owner of the first organisation, made with the first key.

Such a person has `installation.manage` in sessions, never in API keys. Owners alone cannot get it: it touches what all
organisations share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select, update

from earthshine.accounts.caller import Caller
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.people_tables import users
from earthshine.database import Connection

OPERATES: Final[Mapping[bool, Mapping[str, str]]] = {False: {}, True: {"permission": "installation.manage"}}
"""What the audit trail says of it."""


def appoints(caller: Caller, role: str) -> bool:
    """Return whether a person whom this caller makes, with this role, may become the one who runs the installation."""
    return role == "owner" and caller.organization == DEFAULT and "installation.manage" in caller.permissions


async def appoint_first(connection: Connection, user: str) -> bool:
    """Let an owner run the installation, if no person does yet; returns whether it does now.

    To be called in a transaction of `Changes.write`, which come one after the other.
    """
    running = select(users.c.id).where(users.c.operates, users.c.role == "owner").limit(1)
    if (await connection.execute(running)).first() is not None:
        return False
    await connection.execute(update(users).where(users.c.id == user).values(operates=True))
    return True
