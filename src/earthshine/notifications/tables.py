"""Rows of what happened, of the endpoints that are told, and of what was delivered to them."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from earthshine.database import metadata
from earthshine.sealing import SEALED

notices = Table(
    "notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is about; see `ownership.py`."),
    Column("source", String(192), nullable=False, unique=True, doc="What happened, so that it is told once."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds, as are the other moments."),
    Column("type", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    Index(None, "project", "user", "created_at"),
    Index(None, "created_at"),
)

endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("organization", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("name", String(256), nullable=False),
    Column("url", String(2048), nullable=False),
    Column("event_types", JSON, nullable=False),
    Column("secret", Text, nullable=False, doc="What signs, encrypted.", info=SEALED),
    Column("secret_hint", String(16), nullable=False, doc="The last characters of it."),
    Column("old_secret", Text, doc="What signed before, encrypted.", info=SEALED),
    Column("old_secret_until", BigInteger),
    Column("failing_since", BigInteger, doc="Since when nothing is taken; null where the last delivery was."),
    Column("disabled_at", BigInteger, doc="Since when it is told nothing; null where it is."),
    Index(None, "project", "id"),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("endpoint_id", String(64), ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("notice_id", String(64), nullable=False),
    Column("type", String(64), nullable=False),
    Column("body", Text, nullable=False, doc="The JSON that is sent."),
    Column("created_at", BigInteger, nullable=False),
    Column("status", String(16), nullable=False, doc="`pending`, `delivered` or `failed`."),
    Column("attempts", Integer, nullable=False),
    Column("last_attempt_at", BigInteger),
    Column("last_status_code", Integer, doc="What the receiver answered; null where it did not."),
    Column("last_error", String(256)),
    Index(None, "endpoint_id", "id"),
    Index(None, "created_at"),
)
