"""The rows that every installation has: an organisation, a project, an administrator's key."""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.tables import directory, keys, organizations, projects
from earthshine.database import Connection, Database

log = logging.getLogger(__name__)

DEFAULT = "default"
"""The id of the first organisation, and of its first project."""

_SHORT = 20
"""Characters under which a chosen key can be guessed."""


async def ensure_first_rows(database: Database, bootstrap: str) -> str | None:
    """Make what is missing. Returns the administrator's key when it was made and generated here."""
    async with database.read() as connection:
        if await _complete(connection):
            return None
    key = None
    # When several servers start on a new database at once, the row of the directory lets one of them do it.
    with suppress(IntegrityError):
        async with database.write() as connection:
            key = await _make(connection, bootstrap)
    return key


async def _complete(connection: Connection) -> bool:
    return (await connection.execute(select(directory.c.version))).scalar() is not None


async def _make(connection: Connection, bootstrap: str) -> str | None:
    now = int(time.time())
    await connection.execute(insert(directory).values(id=1, version=1))
    await connection.execute(insert(organizations).values(id=DEFAULT, name="Default", created_at=now))
    await connection.execute(
        insert(projects).values(id=DEFAULT, organization=DEFAULT, name="Default project", created_at=now)
    )
    if (await connection.execute(select(keys.c.id).limit(1))).first() is not None:
        return None  # an installation of the first version: its keys stay the administrator's
    if bootstrap and len(bootstrap) < _SHORT:
        log.warning("the administrator's key that was chosen is short enough to be guessed; rotate it")
    new = key_rows.NewKey(kind="installation", organization=DEFAULT, project=DEFAULT, name="administrator")
    _, key = await key_rows.add(connection, new, bootstrap or None)
    return None if bootstrap else key
