"""A connection to SQLite that asks its thread once for each statement.

SQLAlchemy's `aiosqlite` dialect talks to this instead of to aiosqlite's own connection: that one asks its thread three
or four times (a cursor, the statement, its rows, the end of the cursor), and every time the event loop must come round
again, which under load is what a transaction's time is made of.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

T = TypeVar("T")

_AT_ONCE = 1000
"""Rows that come along with their statement; a reader of more asks for the rest as it goes."""


class Connection:
    """One SQLite connection and the thread that it lives in. Transactions are opened by statements alone."""

    def __init__(self, thread: ThreadPoolExecutor, connection: sqlite3.Connection) -> None:
        """Made by `connect`."""
        self._thread = thread
        self._connection: sqlite3.Connection | None = connection
        self.isolation_level = connection.isolation_level

    async def ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do some work in the thread. Raises `sqlite3.OperationalError` when the connection is closed."""
        if (connection := self._connection) is None:
            raise sqlite3.OperationalError("connection closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, connection)

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        return Cursor(self)

    async def create_function(self, *args: Any, **options: Any) -> None:
        """Define a function of SQL."""
        await self.ask(lambda connection: connection.create_function(*args, **options))

    async def commit(self) -> None:
        """End the transaction; it is durable when this returns."""
        await self.ask(sqlite3.Connection.commit)

    async def rollback(self) -> None:
        """Undo the transaction."""
        await self.ask(sqlite3.Connection.rollback)

    async def close(self) -> None:
        """Close it, after what its thread still has to do; once is enough."""
        if (connection := self._connection) is not None:
            self._connection = None
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
            self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Close it without waiting for that."""
        if (connection := self._connection) is not None:
            self._connection = None
            self._thread.submit(connection.close)
            self._thread.shutdown(wait=False)


class Cursor:
    """One statement after the other; the attributes are those of `sqlite3.Cursor`."""

    def __init__(self, connection: Connection) -> None:
        self._asking = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []
        self._more = False
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        """Execute a statement and fetch its first rows."""
        return await self._asking.ask(lambda connection: self._execute(connection, statement, parameters))

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> Self:
        """Execute a statement for each set of parameters."""
        return await self._asking.ask(lambda connection: self._take(connection.executemany(statement, parameters)))

    async def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows, self._rows = self._rows, []
        return rows + await self._rest(-1) if self._more else rows

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows, `arraysize` of them by default."""
        size = size or self.arraysize
        if self._more and len(self._rows) < size:
            self._rows += await self._rest(max(_AT_ONCE, size))
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchone(self) -> Any:
        """Return the next row, or None."""
        return next(iter(await self.fetchmany(1)), None)

    async def close(self) -> None:
        """Forget the rows that were not fetched."""
        self._rows = []
        if self._more and (cursor := self._cursor) is not None:
            self._more = False
            await self._asking.ask(lambda _: cursor.close())

    def _execute(self, connection: sqlite3.Connection, statement: str, parameters: Any) -> Self:
        self._take(connection.execute(statement, parameters))
        if self.description:
            self._rows = self._fetch(_AT_ONCE)
        return self

    def _take(self, cursor: sqlite3.Cursor) -> Self:
        self._cursor, self._rows, self._more = cursor, [], False
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        return self

    async def _rest(self, size: int) -> list[Any]:
        return await self._asking.ask(lambda _: self._fetch(size))

    def _fetch(self, size: int) -> list[Any]:
        """Fetch in the thread; all with a negative size."""
        assert self._cursor is not None
        rows = self._cursor.fetchmany(size) if size >= 0 else self._cursor.fetchall()
        self._more = len(rows) == size
        return rows


async def connect(path: str) -> Connection:
    """Open a database file, or make it."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
    try:
        opened = await asyncio.get_running_loop().run_in_executor(
            thread, lambda: sqlite3.connect(path, isolation_level=None)
        )
    except BaseException:
        thread.shutdown(wait=False)
        raise
    return Connection(thread, opened)
