"""The checks of `earthshine doctor` that ask the database: whether it answers, what is in it, what time it is there."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from earthshine.cli.diagnosis.findings import Finding
from earthshine.errors import EarthshineError
from earthshine.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_PATIENCE = 10.0
"""Seconds that a database may take to answer all questions."""
_APART = 2.0
"""Seconds that two clocks may differ; limits per minute and sign-ins still work with that."""
_BACK = 60.0
"""Seconds by which files may be newer than now before the clock is suspected."""


async def check_database(settings: Settings) -> list[Finding]:
    """The database answers, its tables are those of this version, and its clock agrees. Changes nothing there."""
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.ext.asyncio import create_async_engine

    from earthshine.database.postgresql import create_postgresql_engine
    from earthshine.database.url import driver_url

    file = settings.data.absolute() / "earthshine.db"
    if not settings.database_url and not file.exists():
        return [Finding("database", "ok", f"{file} (made at the first start)"), _clock(settings, None)]
    place = "database_url" if settings.database_url else str(file)
    try:
        url = driver_url(settings.database)
        sqlite = url.get_backend_name() == "sqlite"
        engine = create_async_engine(url) if sqlite else create_postgresql_engine(url)
        try:
            async with asyncio.timeout(_PATIENCE), engine.connect() as connection:
                answer = await _ask(connection, "PRAGMA quick_check" if sqlite else "SELECT 'ok'")
                now = None if sqlite else await _ask(connection, "SELECT extract(epoch FROM clock_timestamp())")
                version = await _version(connection)
        finally:
            await engine.dispose()
    except (SQLAlchemyError, EarthshineError, OSError, ModuleNotFoundError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error) or f"no answer within {_PATIENCE:g} s"
        mend = "Mend its address or rights, or restore a backup."
        return [Finding("database", "broken", f"{place}: {reason.splitlines()[0]}", mend), _clock(settings, None)]
    clock = _clock(settings, None if now is None else float(str(now)))
    if answer != "ok":
        broken = Finding("database", "broken", f"{place}: {answer}", "Restore a backup; the file is damaged.")
        return [broken, clock]
    return [Finding("database", "ok", place), _schema(version), clock]


async def _ask(connection: AsyncConnection, question: str) -> object:
    from sqlalchemy import text

    return (await connection.execute(text(question))).scalar()


async def _version(connection: AsyncConnection) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return str(await _ask(connection, "SELECT version_num FROM alembic_version") or "")
    except SQLAlchemyError:
        return ""


def _schema(version: str) -> Finding:
    from earthshine.database.schema import HEAD

    if not version:
        return Finding("schema", "ok", "empty (its tables are made at the first start)")
    if version == HEAD:
        return Finding("schema", "ok", version)
    if version < HEAD:
        mend = f"The next start takes a snapshot and brings it to {HEAD}; servers of the older version end first."
        return Finding("schema", "warning", f"{version}, of an older Earthshine", mend)
    mend = "Install the Earthshine that made it, or restore the snapshot that was taken before."
    return Finding("schema", "broken", f"{version}, of a newer Earthshine than this one ({HEAD})", mend)


def _clock(settings: Settings, there: float | None) -> Finding:
    """Ids, limits and sign-ins go by the clock: it must not jump back, nor differ from the database's."""
    now = time.time()
    shown = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    files = (settings.data / "earthshine.db", settings.data / "server.lock")
    newest = max((file.stat().st_mtime for file in files if file.exists()), default=now)
    if newest > now + _BACK:
        mend = "Set this machine's clock, or let NTP do it."
        return Finding("clock", "warning", f"{shown}, {newest - now:.0f} s behind the newest data", mend)
    if there is not None and abs(there - now) > _APART:
        mend = "Let NTP set the clocks of this machine and of the database's."
        return Finding("clock", "warning", f"{shown}, {abs(there - now):.1f} s apart from the database's", mend)
    return Finding("clock", "ok", shown)
