"""An engine for PostgreSQL, as several servers want it."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from earthshine.database.json_text import JSON
from earthshine.database.url import libpq_url

CONNECTIONS = 30
"""The most that one server opens, those for urgent work included."""
URGENT_CONNECTIONS = 2
"""Kept for what must not wait behind requests: the journal's commits, and signs of life."""

_KEPT = 10
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 60
_POOL_SECONDS = 10

_SESSION = {
    "application_name": "earthshine",
    "lock_timeout": "5s",
    # A server that was frozen in the middle of a transaction must not keep others from taking its work over.
    "idle_in_transaction_session_timeout": "5s",
}


def create_postgresql_engine(url: URL, *, urgent: bool = False) -> AsyncEngine:
    """Return an engine on `url`, whose query means what libpq says. Nothing is connected yet."""
    kept, most = (URGENT_CONNECTIONS, URGENT_CONNECTIONS) if urgent else (_KEPT, CONNECTIONS - URGENT_CONNECTIONS)
    # Imported here: a server on SQLite does without.
    import asyncpg

    connect = partial(
        cast("Any", asyncpg).connect,
        libpq_url(url),
        timeout=_CONNECT_SECONDS,
        command_timeout=_STATEMENT_SECONDS,
        server_settings=_SESSION,
    )
    engine = create_async_engine(
        url.set(query={}),
        async_creator=connect,
        hide_parameters=True,
        **JSON,
        pool_size=kept,
        max_overflow=most - kept,
        pool_timeout=_POOL_SECONDS,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    # asyncpg notices by itself that PostgreSQL went away; asking it costs no round trip, as a ping would.
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
