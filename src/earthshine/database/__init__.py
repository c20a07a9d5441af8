"""Tables and transactions: SQLite with one writer by default, PostgreSQL by URL, the same Core statements on both."""

from earthshine.database.database import Connection, Database
from earthshine.database.dialects import clock, insert_new, take_turns
from earthshine.database.schema import metadata

__all__ = ["Connection", "Database", "clock", "insert_new", "metadata", "take_turns"]
