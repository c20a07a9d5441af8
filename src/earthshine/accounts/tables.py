"""Rows of keys."""

from sqlalchemy import BigInteger, Column, String, Table

from earthshine.database import metadata

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True, doc="SHA-256 of the key; the key itself is not stored."),
    Column("prefix", String(16), nullable=False, doc="Its first characters, for people to tell keys apart."),
    Column("project", String(64), nullable=False),
    Column("name", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
