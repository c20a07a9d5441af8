"""Keys: made once, shown once, stored as hashes, looked up from memory."""

from __future__ import annotations

import hashlib
import secrets
import time

from sqlalchemy import insert, select

from earthshine.accounts.caller import Caller
from earthshine.accounts.permissions import PERMISSIONS
from earthshine.accounts.tables import keys
from earthshine.database import Database
from earthshine.errors import Unauthenticated
from earthshine.ids import new_id


class Keys:
    """The keys of one installation. A key is 192 random bits, so one fast hash protects it as well as a slow one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._callers: dict[str, Caller] = {}

    async def open(self, bootstrap: str = "") -> str | None:
        """Load the keys; at the first start make the administrator's and return it, the only time it is seen.

        `bootstrap`, when given, becomes that key instead of a generated one, and is not returned.
        """
        async with self._database.read() as connection:
            rows = (await connection.execute(select(keys.c.hash, keys.c.id, keys.c.project))).all()
        self._callers = {row.hash: _administrator(row.id, row.project) for row in rows}
        if self._callers:
            return None
        key = bootstrap or "sk-es-" + secrets.token_urlsafe(24)
        await self._store(key, name="administrator", project="default")
        return None if bootstrap else key

    def identify(self, key: str) -> Caller:
        """Return who owns `key`. Raises `Unauthenticated`."""
        caller = self._callers.get(_hash(key))
        if caller is None:
            raise Unauthenticated(
                "No valid API key was given. Send it as `Authorization: Bearer KEY`; `earthshine serve` printed it at "
                "its first start."
            )
        return caller

    async def _store(self, key: str, *, name: str, project: str) -> None:
        key_id, hashed = new_id("key"), _hash(key)
        row = insert(keys).values(
            id=key_id, hash=hashed, prefix=key[:10], project=project, name=name, created_at=int(time.time())
        )
        async with self._database.write() as connection:
            await connection.execute(row)
        self._callers[hashed] = _administrator(key_id, project)


def _administrator(key_id: str, project: str) -> Caller:
    return Caller(key_id, project, permissions=PERMISSIONS)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
