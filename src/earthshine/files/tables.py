"""Rows of files; their bytes are in `blobs`, held by the file's id."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from earthshine.database import metadata

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("filename", String(255), nullable=False, doc="Made safe."),
    Column("purpose", String(32), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, doc="Unix seconds; null means never."),
    Column("status", String(16), nullable=False, server_default="processed", doc="uploaded, processed or error."),
    Column("status_details", Text, doc="Why it is an error."),
    Index(None, "project", "id"),
    Index(None, "user"),
)
