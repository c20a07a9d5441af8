"""Rows of environments and of their templates."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

environments = Table(
    "agent_environments",
    metadata,
    Column("id", String(64), primary_key=True, doc="That of its container."),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("type", String(16), nullable=False, doc="`openai_hosted` or `self_hosted`."),
    Column("session_id", String(64), doc="The session that works in it; null before there is one."),
    Column("shown", JSON, nullable=False, doc="As a session shows it."),
    Column("status", String(16), nullable=False),
    Column("error", JSON, doc="Why it failed: `code`, `message`, `type`."),
    Column("changes", JSON, nullable=False, doc="Its last states: number, status, error."),
    Column("caller", JSON, nullable=False, doc="For whom it is set up, also after a restart."),
    Column("setup", Text, info=SEALED, doc="What is still to be done, encrypted; null for nothing."),
    Column("step", Integer, nullable=False, server_default="0", doc="Of the setup: 2n-1 begun, 2n done."),
    Column("key", String(256), doc="The `Idempotency-Key` of the request that made it; null for none."),
    Index(None, "project", "id"),
    Index(None, "user"),
    Index(None, "project", "user", "key", unique=True),
    Index(None, "status"),
    Index(None, "session_id"),
)

templates = Table(
    "agent_environment_templates",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("updated_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(256), doc="Null for one without a name."),
    Column("shown", JSON, nullable=False, doc="As replies show it: without anything confidential."),
    Column("parts", Text, nullable=False, info=SEALED, doc="All of it, as JSON, encrypted."),
    Index(None, "project", "id"),
    Index(None, "user"),
)
