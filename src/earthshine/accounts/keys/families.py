"""Keys that followed one another by rotation, which limits, sums and reports take for one key.

A family is named by the id of its first key; people know it by that of its newest one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from earthshine.accounts.tables import keys
from earthshine.database import Connection


def relatives(key_ids: Sequence[str]) -> Select[tuple[str]]:
    """Select the ids of all keys that followed, or were followed by, some of these."""
    families = select(keys.c.family).where(keys.c.id.in_(key_ids))
    return select(keys.c.id).where(keys.c.family.in_(families))


async def family_of(connection: Connection, key_id: str) -> str:
    """Return the family of a key; what is no key's id is its own."""
    found = (await connection.execute(select(keys.c.family).where(keys.c.id == key_id))).scalar()
    return found or key_id


async def newest_of(connection: Connection, organization: str) -> dict[str, str]:
    """Return the newest key of each family with more than one, by the id of every key in it."""
    rotated = select(keys.c.family).where(keys.c.rotated_from.is_not(None), keys.c.organization == organization)
    rows = (await connection.execute(select(keys).where(keys.c.family.in_(rotated)))).all()
    newest: dict[str, str] = {}
    # A key that was revoked is not what anybody looks for, while another one is there.
    for row in sorted(rows, key=lambda row: (row.revoked_at is None, row.created_at, row.id)):
        newest[row.family] = row.id
    return {row.id: newest[row.family] for row in rows}
