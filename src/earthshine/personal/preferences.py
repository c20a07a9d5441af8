"""What a person set for the whole app: one object each in every project, with defaults until something is set."""

from __future__ import annotations

import hashlib
import time
from typing import Any, Final, cast

from sqlalchemy import select, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, Database
from earthshine.database.dialects import insert_new
from earthshine.personal import objects
from earthshine.personal.resource_kinds import Json, Preferences
from earthshine.personal.store import merged
from earthshine.personal.tables import personal_things

KIND: Final = "preferences"


async def read(database: Database, owner: Owner) -> objects.Preferences:
    """Return a person's preferences."""
    async with database.read() as connection:
        return await find(connection, owner)


async def find(connection: Connection, owner: Owner) -> objects.Preferences:
    """Return a person's preferences, inside a transaction."""
    row = (await connection.execute(select(personal_things).where(personal_things.c.id == _id(owner)))).one_or_none()
    return _serialize({}, None) if row is None else _serialize(row.data, row.updated_at)


async def write(database: Database, owner: Owner, given: Json) -> objects.Preferences:
    """Change what is given, and return all."""
    now = time.time_ns() // 1_000_000
    async with database.write() as connection:
        # The row is there after this, whoever made it, and waits its turn below.
        await connection.execute(
            insert_new(connection, personal_things).values(
                id=_id(owner),
                project=owner.project,
                user=owner.user,
                kind=KIND,
                data={},
                shared=False,
                created_at=now,
                updated_at=now,
            )
        )
        mine = personal_things.c.id == _id(owner)
        old: Any = await connection.scalar(select(personal_things.c.data).where(mine).with_for_update())
        data = merged(old, given)
        await connection.execute(update(personal_things).where(mine).values(data=data, updated_at=now))
    return _serialize(data, now)


def _id(owner: Owner) -> str:
    """Return the one id that this person's preferences can have, so that there is never a second row."""
    return "prefs_" + hashlib.sha256(f"{owner.project}\0{owner.user}".encode()).hexdigest()[:40]


def _serialize(data: Json, updated_at: int | None) -> objects.Preferences:
    whole = merged(Preferences().model_dump(), data)
    shown = {"object": KIND, **whole, "updated_at": None if updated_at is None else updated_at // 1000}
    return cast("objects.Preferences", shown)
