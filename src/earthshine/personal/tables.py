"""Rows of what belongs to one person: one table for all kinds, for they differ only in what they hold."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, String, Table, false

from earthshine.database import metadata

personal_things = Table(
    "personal_things",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; empty for the key of the first start."),
    Column("kind", String(16), nullable=False, doc="assistant, prompt, space, memory or preferences."),
    Column("data", JSON, nullable=False, doc="What its kind holds, as the wire shows it; see `resource_kinds.py`."),
    Column("shared", Boolean, nullable=False, server_default=false(), doc="Whether the whole project sees it."),
    Column("created_at", BigInteger, nullable=False, doc="Milliseconds."),
    Column("updated_at", BigInteger, nullable=False, doc="Milliseconds."),
    Index(None, "project", "kind", "user", "id"),
    Index(None, "project", "kind", "shared"),
)
