"""Bringing a database's tables up to date with Alembic, from inside the program."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's configuration without an ini file."""
    alembic = Config()
    alembic.set_main_option("script_location", str(SCRIPTS))
    return alembic


def upgrade(connection: Connection) -> None:
    """Run every migration that this database lacks, in one transaction where the database can."""
    alembic = config()
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, "head")
    connection.commit()
