"""The database's URL as people write it, and what SQLAlchemy and the drivers want instead."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from earthshine.errors import InvalidRequest

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


def driver_url(url: str) -> URL:
    """Return the URL with the driver that we use. Raises `InvalidRequest` for a database that we cannot use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not repeated: it may have a password in it.
        raise InvalidRequest(
            "The database URL cannot be read. It looks like postgresql://USER:PASSWORD@HOST/DATABASE; characters of "
            "the password that have a meaning in URLs are written as %XX."
        ) from None
    name, _, driver = parsed.drivername.partition("+")
    wanted = _DRIVERS.get(name)
    if wanted is None or (driver and parsed.drivername != wanted):
        raise InvalidRequest(
            f"The database {parsed.drivername!r} is not one that can be used. Use PostgreSQL "
            "(postgresql://USER:PASSWORD@HOST/DATABASE), or leave the URL out for SQLite in the data directory."
        )
    return parsed.set(drivername=wanted)


def libpq_url(url: URL) -> str:
    """Return a PostgreSQL URL, password included, in the form that libpq defined and asyncpg reads.

    Its query (`sslmode`, `host=/run/postgresql`, several hosts, `target_session_attrs`) keeps libpq's meaning.
    """
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
