"""Rows of saved agents."""

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table

from earthshine.database import metadata

agents = Table(
    "agents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("updated_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(256), doc="Null for one without a name."),
    Column("metadata", JSON, nullable=False),
    Column("configuration", JSON, nullable=False, doc="What it is told to be, as replies show it."),
    Index(None, "project", "id"),
    Index(None, "user"),
)
