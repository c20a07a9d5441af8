"""Opening the database, and the two ways to use it: `read()` and `write()`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any

import aiosqlite
from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from earthshine.database import sqlite_connection
from earthshine.database.driver_errors import translated
from earthshine.database.json_text import JSON
from earthshine.database.postgresql import create_postgresql_engine
from earthshine.database.schema import HEAD
from earthshine.database.url import driver_url

Connection = AsyncConnection

_LOCK_WAIT_MS = 5_000
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-4096",
    "journal_size_limit=67108864",
    # What is deleted is overwritten, however this SQLite was built.
    "secure_delete=ON",
)


class Database:
    """One installation's tables.

    On SQLite, writers take turns inside this process and wait up to five seconds for another process; readers never
    wait (WAL). Commits are durable before they return (`synchronous=FULL`): a power cut loses nothing that was read.
    On PostgreSQL, several servers share the tables; a row that another transaction holds is waited for five seconds.
    """

    def __init__(self, engine: AsyncEngine, urgent: AsyncEngine | None = None) -> None:
        """`urgent`: an engine with connections of its own, for what must not wait behind requests."""
        self._engine = engine
        self._urgent = urgent or engine
        self._turn = asyncio.Lock()
        self.shared = engine.dialect.name != "sqlite"
        """Whether other servers may be using the same tables."""
        self._reading = engine
        if self.shared:
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @classmethod
    async def open(cls, url: str) -> Database:
        """Connect and bring the tables up to date. Raises `Unavailable` when the database cannot be used."""
        where = driver_url(url)
        urgent = None
        if where.get_backend_name() == "sqlite":
            # An error that repeats a statement's values would bring what clients wrote into the log.
            own = {"async_creator_fn": sqlite_connection.connect}
            engine = create_async_engine(where, connect_args=own, hide_parameters=True, **JSON)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            event.listen(engine.sync_engine, "checkin", _let_large_go)
        else:
            engine, urgent = create_postgresql_engine(where), create_postgresql_engine(where, urgent=True)
        database = cls(engine, urgent)
        try:
            if await database._version() != HEAD:
                await database._migrate(where)
        except BaseException:
            await engine.dispose()
            raise
        return database

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Connection]:
        """A connection that sees one consistent state. Raises `Unavailable` when the database cannot be read."""
        async with self._connected(self._reading) as connection:
            yield connection

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncGenerator[Connection]:
        """One transaction, committed at the end of the block, rolled back on any error.

        Raises `StorageFull` when the disk is full, `Unavailable` when another transaction holds what this one wants,
        and `InvalidRequest` for text that PostgreSQL cannot take.

        On SQLite it is alone. On PostgreSQL each statement sees what others have committed by then (READ COMMITTED):
        what was read before and decides what is written is locked (`with_for_update`), or the write says on what
        condition it holds. `urgent` work has connections of its own there.
        """
        if self.shared:
            async with self._connected(self._urgent if urgent else self._engine) as connection, connection.begin():
                yield connection
            return
        async with self._turn, self._connected(self._engine) as connection:
            await connection.execution_options(earthshine_write=True)
            async with connection.begin():
                yield connection

    async def empty_log(self) -> bool:
        """Write SQLite's log of changes into the file, and cut it to nothing; returns whether that was possible.

        It is not while somebody reads an older state. Until then the log keeps what was deleted since it began.
        """
        if self.shared:
            return True
        async with self._turn, self._connected(self._engine) as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                # Nobody waits for readers here: it is tried again.
                await driver.execute("PRAGMA busy_timeout=0")
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = await cursor.fetchone()
                await cursor.close()
            finally:
                await driver.execute(f"PRAGMA busy_timeout={_LOCK_WAIT_MS}")
        return not busy

    @property
    def connections(self) -> int:
        """Connections that are in use now."""
        pool = self._engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def close(self) -> None:
        """Finish and release every connection."""
        await self._engine.dispose()
        if self._urgent is not self._engine:
            await self._urgent.dispose()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncGenerator[Connection]:
        connection = engine.connect()
        with translated(connecting=True):
            await connection.start()
        # Giving it back fails too when the connection broke.
        with translated():
            async with AsyncExitStack() as stack:
                stack.push_async_exit(connection)
                yield connection

    async def _version(self) -> str | None:
        try:
            async with self.read() as connection:
                return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except (OperationalError, ProgrammingError):
            return None

    async def _migrate(self, where: URL) -> None:
        # Loaded only when there is something to migrate.
        from earthshine.database.bulk_connections import patient_engine
        from earthshine.database.migrate import upgrade

        # On PostgreSQL, changing a large table outlasts the time limits of requests.
        engine = patient_engine(where) if self.shared else self._engine
        try:
            with translated():
                async with engine.connect() as connection:
                    await connection.run_sync(upgrade)
        finally:
            if engine is not self._engine:
                await engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy's begin event below is to be the only one that opens transactions.
    connection.isolation_level = None
    connection.run_async(_configure_sqlite)


async def _configure_sqlite(connection: aiosqlite.Connection) -> None:
    await connection.execute(f"PRAGMA busy_timeout={_LOCK_WAIT_MS}")
    deadline = monotonic() + _LOCK_WAIT_MS / 1000
    while True:
        try:
            await connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            # SQLite does not wait for this one: where a new file is opened twice at once, one is refused.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            await asyncio.sleep(0.01)
    for pragma in _PRAGMAS:
        await connection.execute(f"PRAGMA {pragma}")


def _let_large_go(connection: Any, record: Any) -> None:
    if connection is not None and connection.driver_connection.holds_large:
        record.invalidate(soft=True)  # closed when it is wanted next


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that turns into a write can fail with SQLITE_BUSY at once; an immediate one waits.
    write = connection.get_execution_options().get("earthshine_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
