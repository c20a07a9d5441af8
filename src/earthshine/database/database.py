"""Opening the database, and the two ways to use it: `read()` and `write()`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from earthshine.database.schema import HEAD
from earthshine.errors import StorageFull, Unavailable

Connection = AsyncConnection

_LOCK_WAIT_MS = 5_000


class Database:
    """One installation's tables.

    On SQLite, writers take turns inside this process and wait up to five seconds for another process; readers never
    wait (WAL). Commits are durable before they return (`synchronous=FULL`): a power cut loses nothing that was read.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> Database:
        """Connect and bring the tables up to date. Raises `Unavailable` when the database cannot be used."""
        options: dict[str, Any] = {}
        if make_url(url).get_backend_name() != "sqlite":
            options = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
        engine = create_async_engine(url, **options)
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        database = cls(engine)
        try:
            if await database._version() != HEAD:
                await database._migrate()
        except BaseException:
            await engine.dispose()
            raise
        return database

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Connection]:
        """A connection that sees one consistent state. Raises `Unavailable` when the database cannot be read."""
        with _translated():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Connection]:
        """One transaction, committed at the end of the block, rolled back on any error.

        Raises `StorageFull` when the disk is full and `Unavailable` when another process holds the database.
        """
        with _translated():
            if not self._sqlite:
                async with self._engine.begin() as connection:
                    yield connection
                return
            async with self._turn, self._engine.connect() as connection:
                await connection.execution_options(earthshine_write=True)
                async with connection.begin():
                    yield connection

    async def close(self) -> None:
        """Finish and release every connection."""
        await self._engine.dispose()

    async def _version(self) -> str | None:
        try:
            async with self.read() as connection:
                return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except (OperationalError, ProgrammingError):
            return None

    async def _migrate(self) -> None:
        # Alembic is loaded only when there is something to migrate.
        from earthshine.database.migrate import upgrade

        async with self._engine.connect() as connection:
            await connection.run_sync(upgrade)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy's begin event below is to be the only one that opens transactions.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={_LOCK_WAIT_MS}",
        "foreign_keys=ON",
        "cache_size=-4096",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that turns into a write can fail with SQLITE_BUSY at once; an immediate one waits.
    write = connection.get_execution_options().get("earthshine_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


class _translated:  # noqa: N801 - reads as a statement at its uses
    """Turns the driver's errors into ours, once, at the edge."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, sqlite3.OperationalError | sqlite3.DatabaseError):
            # sqlite_errorcode is the extended code; its low byte is the primary one.
            primary = getattr(cause, "sqlite_errorcode", 0) & 0xFF
            if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise StorageFull(
                    "The disk that holds the database is full. Free some space; nothing that was stored is lost.",
                    retry_after=5,
                ) from error
            if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Unavailable(
                    "Another process is holding the database. Try again in a moment.",
                    code="database_locked",
                    retry_after=1,
                ) from error
        if isinstance(cause, ConnectionError):
            raise Unavailable("The database does not answer. Try again in a moment.", retry_after=2) from error
