"""Changes of who may do what: one transaction each, in force in this process as soon as it is committed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.sign_in.sessions import Sessions
from earthshine.database import Connection, Database


class Changes:
    """Transactions for every change of people, roles and sessions; they drop the caches that the change makes stale."""

    def __init__(self, database: Database, keys: KeyRegistry, sessions: Sessions) -> None:
        self._database = database
        self._keys = keys
        self._sessions = sessions

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees one consistent state."""
        return self._database.read()

    def note(self) -> AbstractAsyncContextManager[Connection]:
        """One transaction that changes nobody's rights: a new session, an audit row."""
        return self._database.write()

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Connection]:
        """One transaction. When it is committed, this process drops its caches of keys and sessions."""
        try:
            async with self._keys.changing() as connection:
                yield connection
        finally:
            self._sessions.forget()
