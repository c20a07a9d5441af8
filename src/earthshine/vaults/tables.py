"""Rows of vaults and of their credentials."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

vaults = Table(
    "vaults",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(256), doc="Null for one without a name."),
    Column("metadata", JSON, nullable=False),
    Index(None, "project", "id"),
    Index(None, "user"),
)

vault_credentials = Table(
    "vault_credentials",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("vault_id", String(64), ForeignKey("vaults.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("updated_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(256), nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("auth", JSON, nullable=False, doc="What is told of it: everything but its secrets."),
    Column("secret", Text, nullable=False, doc="Its secrets by their names, as JSON, encrypted.", info=SEALED),
    Index(None, "vault_id", "id"),
)
