"""Rows of uploads and their parts; a part's bytes are in `blobs`, held by the part's id."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table

from earthshine.database import metadata

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("expires_at", BigInteger, nullable=False, index=True, doc="When what is not completed goes."),
    Column("filename", String(255), nullable=False, doc="Made safe."),
    Column("purpose", String(32), nullable=False),
    Column("bytes", BigInteger, nullable=False, doc="Of the whole file, as the client said."),
    Column("expires_after", JSON, doc="The file's, as the client said."),
    Column("status", String(16), nullable=False, doc="pending, completed or cancelled."),
    Column("part_ids", JSON, doc="Of which the file was made, so that asking twice is asking once."),
    Column("file_id", String(64)),
    Index(None, "user"),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("upload_id", String(64), ForeignKey("uploads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
