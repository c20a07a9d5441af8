"""SQLite's driver with one trip to the connection's thread for each statement, where it makes three or four.

A trip waits for the thread, and then for its turn in the event loop: little on an idle machine, but on a busy one
several milliseconds, which all who want to write next wait, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar, cast

import aiosqlite

Result = TypeVar("Result")


_FIRST = 100
"""Rows that come with the statement's own trip; a longer result is fetched in more, as it is wanted."""
_LARGE = 2**20
"""Bytes or characters of one value; a kept statement keeps a copy of the values that it was last executed with."""


class SqliteConnection(aiosqlite.Connection):
    """A connection for SQLAlchemy, whose cursors do all of a short statement in one trip."""

    holds_large = False
    """Whether it keeps a copy of a large value, until it is closed."""

    def cursor(self) -> SqliteCursor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return a cursor, without a trip."""
        return SqliteCursor(self)

    async def trip(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Do something in the connection's thread. Raises what it raises."""
        return await self._execute(work, *arguments)  # pyright: ignore[reportUnknownMemberType]

    def begin(self, sql: str, parameters: Any, many: bool) -> tuple[sqlite3.Cursor, list[Any], bool]:
        """Execute, in the connection's thread; return the cursor, its first rows, and whether there may be more."""
        connection = self._conn
        last: Any = parameters[-1] if many and parameters else parameters
        self.holds_large |= any(isinstance(each, str | bytes) and len(each) > _LARGE for each in last)
        cursor = connection.executemany(sql, parameters) if many else connection.execute(sql, parameters)
        rows = cursor.fetchmany(_FIRST) if cursor.description else []
        more = len(rows) == _FIRST
        if not more:
            # The statement ends here; what the cursor tells of it stays.
            cursor.close()
        return cursor, rows, more


class SqliteCursor:
    """One statement at a time."""

    arraysize = 1

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []
        self._more = False

    async def __aenter__(self) -> SqliteCursor:
        """Return itself."""
        return self

    @property
    def description(self) -> Any:
        """The columns of the result; None for a statement that has none."""
        return self._cursor.description if self._cursor else None

    @property
    def rowcount(self) -> int:
        """Rows that were changed; -1 for a statement that changes none."""
        return self._cursor.rowcount if self._cursor else -1

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted last."""
        return self._cursor.lastrowid if self._cursor else None

    async def execute(self, sql: str, parameters: Any = ()) -> SqliteCursor:
        """Execute a statement. Raises what SQLite raises."""
        return await self._begin(sql, parameters, many=False)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> SqliteCursor:
        """Execute a statement for each set of parameters. Raises what SQLite raises."""
        return await self._begin(sql, parameters, many=True)

    async def _begin(self, sql: str, parameters: Any, *, many: bool) -> SqliteCursor:
        connection = self._connection
        self._cursor, self._rows, self._more = await connection.trip(connection.begin, sql, parameters, many)
        return self

    async def fetchone(self) -> Any:
        """Return the next row; None when there is none."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return some of the next rows, none at the end only."""
        size = size or self.arraysize
        if not self._rows and self._more and self._cursor is not None:
            self._rows = await self._connection.trip(self._cursor.fetchmany, size)
            self._more = bool(self._rows)
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        rows, self._rows = self._rows, []
        if self._more and self._cursor is not None:
            rows += await self._connection.trip(self._cursor.fetchall)
            self._more = False
        return rows

    async def close(self) -> None:
        """End the statement, if rows of it were left."""
        self._rows = []
        if self._more and self._cursor is not None:
            self._more = False
            await self._connection.trip(self._cursor.close)


def connect(database: str, **options: Any) -> SqliteConnection:
    """Return a connection to be awaited; the options are those of `sqlite3.connect`."""
    connection = SqliteConnection(cast("Any", partial(sqlite3.connect, database, **options)), iter_chunk_size=64)
    # A thread that is left over must not keep the process from ending.
    connection._thread.daemon = True  # pyright: ignore[reportPrivateUsage]
    return connection
