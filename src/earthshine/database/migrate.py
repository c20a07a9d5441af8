"""Bringing a database's tables up to date with Alembic, from inside the program: all of it, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from earthshine.database.snapshot import snapshot
from earthshine.errors import EarthshineError, Unavailable

log = logging.getLogger(__name__)

SCRIPTS = Path(__file__).parent / "migrations"

_TURN = 0x6561727468  # "earth"
"""The advisory lock under which servers that start together on PostgreSQL take turns."""


def config() -> Config:
    """Return Alembic's configuration without an ini file."""
    alembic = Config()
    alembic.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return alembic


def upgrade(connection: Connection) -> None:
    """Run every migration that this database lacks, and commit.

    SQLite: a copy of a database that holds something is made first (see `snapshot`). On both databases all migrations
    together are one transaction: when one fails, or the process dies, the tables stay as they were.
    Raises `Unavailable` when a migration fails or the database is newer than this program, and `StorageFull` when
    there is no room for the copy.
    """
    version, copy = _prepare(connection)
    with _foreign_keys_off(connection):
        try:
            with connection.begin():
                take_turn(connection)
                run(connection)
        except EarthshineError:
            raise
        except Exception as error:
            raise _failed(error, version, copy) from error


def run(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision` inside the connection's transaction, which stays open."""
    alembic = config()
    check_known(connection)
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, revision)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows of {broken[0][0]} lost the rows of {broken[0][2]} that they belong to")


def take_turn(connection: Connection) -> None:
    """Wait until no other server changes the tables of this PostgreSQL; none will until this transaction ends."""
    if connection.dialect.name == "postgresql":
        # The other one may be changing large tables for minutes; what is held by requests is over in seconds.
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")


def current(connection: Connection) -> str | None:
    """Return the version of the database's tables; None when it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def known() -> set[str]:
    """Return the versions of the tables that this program knows."""
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def check_known(connection: Connection) -> None:
    """Raise `Unavailable` when a newer program made these tables."""
    version = current(connection)
    if version is not None and version not in known():
        raise Unavailable(
            f"The database is newer than this program: its tables have version {version}, and this program knows "
            f"{max(known())} and earlier. Start the newer program again; to go back for good, restore a "
            "backup (or, with SQLite, the copy `earthshine-schema-*.db`) that was made before the update.",
            code="database_newer",
        )


def _prepare(connection: Connection) -> tuple[str | None, Path | None]:
    """Refuse what cannot be migrated, and make the copy; return the version before, and where the copy is."""
    with connection.begin():
        check_known(connection)
        version = current(connection)
    if connection.dialect.name != "sqlite":
        return version, None
    connection.execution_options(earthshine_write=True)
    if version is None:
        return None, None
    cursor = connection.connection.cursor()
    try:
        return version, snapshot(cursor, version)
    finally:
        cursor.close()


@contextmanager
def _foreign_keys_off(connection: Connection) -> Generator[None]:
    """SQLite rebuilds a table by dropping the old one, which would delete the rows that belong to its rows."""
    if connection.dialect.name != "sqlite":
        yield
        return

    def pragma(value: str) -> None:
        # Outside of a transaction; inside it the pragma does nothing.
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys={value}")
        cursor.close()

    pragma("OFF")
    try:
        yield
    finally:
        pragma("ON")


def _failed(error: Exception, version: str | None, copy: Path | None) -> Unavailable:
    log.error("a migration failed", exc_info=error)
    reason = str(error.orig if isinstance(error, DBAPIError) else error) or type(error).__name__
    kept = f" A copy from before is {copy}." if copy is not None else ""
    return Unavailable(
        f"The database's tables could not be brought up to date: {reason.splitlines()[0]}. All of it was taken back: "
        f"they are as they were ({f'version {version}' if version else 'none'}).{kept} Mend the cause and start again, "
        "or go on with the program that you had before.",
        code="migration_failed",
    )
