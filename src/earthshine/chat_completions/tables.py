"""Rows of stored chat completions."""

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String, Table

from earthshine.database import metadata

chat_completions = Table(
    "chat_completions",
    metadata,
    Column("id", String(64), primary_key=True, doc="Sorts by time of making."),
    Column("project", String(64), nullable=False),
    Column("model", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("completion", LargeBinary, nullable=False, doc="The reply as JSON, without its metadata."),
    Column("messages", LargeBinary, nullable=False, doc="The request's messages as JSON, with ids."),
    Column("user", String(64), nullable=False, server_default="", doc="Whose words it holds; see `ownership.py`."),
    Index(None, "user"),
    Index(None, "project", "id"),
)
