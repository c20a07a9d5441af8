"""Rows of pages that were fetched: where and when. Their bytes are files, and what they say is documents."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from earthshine.database import metadata
from earthshine.files.tables import files

web_pages = Table(
    "web_pages",
    metadata,
    Column("file_id", String(64), ForeignKey(files.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="For whom it was fetched; see `ownership.py`."),
    Column("asked", String(64), nullable=False, doc="The SHA-256 of the address that was asked for, in hex."),
    Column("url", Text, nullable=False, doc="Where it was in the end."),
    Column("fetched_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("sha256", String(64), nullable=False, doc="Of its bytes as they came, in hex."),
    Column("content_type", String(128), nullable=False, doc="As the site said."),
    Index(None, "project", "user", "asked"),
)
