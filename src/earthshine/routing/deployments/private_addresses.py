"""Whether deployments of the API may be at addresses of this machine and its network.

The settings file, the environment or a flag says so; else what was switched in the console; else whether this
installation is a local one, which only this machine can reach.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import insert, select, update

from earthshine.accounts.audit import trail
from earthshine.errors import Conflict
from earthshine.outbound import is_loopback
from earthshine.routing.deployments.tables import switches

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.database import Connection
    from earthshine.settings import Settings

NAME = "allow_private_upstreams"


@dataclass(frozen=True, slots=True)
class PrivateAddresses:
    """Whether they are allowed, and who said so; only what the settings do not say can be switched."""

    allowed: bool
    origin: Literal["settings", "console", "default"]


async def read_switch(connection: Connection, settings: Settings) -> PrivateAddresses:
    """Return what is in force now."""
    if settings.allow_private_upstreams is not None:
        return PrivateAddresses(settings.allow_private_upstreams, "settings")
    row = (await connection.execute(select(switches.c.value).where(switches.c.name == NAME))).first()
    if row is not None:
        return PrivateAddresses(bool(row.value), "console")
    return PrivateAddresses(is_loopback(settings.host) and not settings.public_url, "default")


async def switch(connection: Connection, settings: Settings, caller: Caller, *, allowed: bool) -> None:
    """Allow or forbid them from now on. Raises a 409 where the settings decide."""
    if settings.allow_private_upstreams is not None:
        raise Conflict(f"The setting `{NAME}` of this server decides that; remove it there to switch it here.")
    values = {"value": allowed, "updated_at": int(time.time() * 1e6)}
    changed = await connection.execute(update(switches).where(switches.c.name == NAME).values(values))
    if not changed.rowcount:
        await connection.execute(insert(switches).values(name=NAME, **values))
    await trail.record(connection, caller, "setting.updated", {"id": NAME, "changes_requested": {"value": allowed}})
