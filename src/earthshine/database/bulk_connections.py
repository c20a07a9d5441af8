"""Connections for whole databases: unlike the server's, without time limits, and in one transaction all along."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from earthshine.database.driver_errors import translated
from earthshine.database.url import libpq_url
from earthshine.errors import EarthshineError, InvalidRequest, Unavailable


@asynccontextmanager
async def reading(url: URL) -> AsyncGenerator[AsyncConnection]:
    """Yield a connection that sees one state of the database, however long it reads, and can change nothing."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(_read_only(url))
    else:
        engine = patient_engine(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with _transaction(engine) as connection:
        yield connection


@asynccontextmanager
async def filling(url: URL) -> AsyncGenerator[AsyncConnection]:
    """Yield a connection in one transaction, committed at the end of the block, rolled back on any error.

    A SQLite database must be a new file that nobody uses: it is not safe from a power cut before it is synchronised.
    """
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url, "journal_mode=MEMORY", "synchronous=OFF", "cache_size=-65536")
    else:
        engine = patient_engine(url)
    async with _transaction(engine) as connection:
        yield connection


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    connection = engine.connect()
    try:
        with translated(connecting=True):
            await connection.start()
        try:
            with translated():
                async with connection.begin():
                    yield connection
        finally:
            await connection.close()
    except EarthshineError:
        raise
    except Exception as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        if reason is error and getattr(error, "sqlstate", None) is None:
            raise
        # No right to make tables, a file that is no database: in the database's own words, without the statement.
        raise Unavailable(f"The database refuses: {reason}. Nothing was changed.", code="database_refused") from error
    finally:
        await engine.dispose()


def _sqlite(url: URL, *pragmas: str) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True)

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=5000", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def patient_engine(url: URL) -> AsyncEngine:
    """Return an engine on PostgreSQL whose statements may take their time."""
    import asyncpg  # here: an installation on SQLite does without

    settings = {"application_name": "earthshine bulk", "lock_timeout": "5s"}
    connect = partial(cast("Any", asyncpg).connect, libpq_url(url), timeout=5, server_settings=settings)
    # JSON stays the text that it is.
    return create_async_engine(url.set(query={}), async_creator=connect, json_deserializer=str, hide_parameters=True)


def _read_only(url: URL) -> URL:
    path = Path(url.database or "").absolute()
    if not path.is_file():
        raise InvalidRequest(f"There is no database at {path}. Name the installation's directory with --data.")
    quoted = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return url.set(database=f"file:{quoted}", query={"mode": "ro", "uri": "true"})
