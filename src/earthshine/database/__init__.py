"""Tables and transactions: SQLite with one writer by default, PostgreSQL by URL, the same Core statements on both."""

from earthshine.database.database import Connection, Database
from earthshine.database.schema import metadata

__all__ = ["Connection", "Database", "metadata"]
