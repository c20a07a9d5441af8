"""Rows of automations and of their invocations."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from earthshine.database import metadata
from earthshine.sealing import SEALED

automations = Table(
    "automations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("caller", JSON, nullable=False, doc="Who made it, and is billed for what it begins."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds, as are the other moments."),
    Column("created_by", JSON, nullable=False, doc="A developer, or an agent with its session and call."),
    Column("key", String(192), unique=True, doc="The idempotency key of the agent's call; null for a developer's."),
    Column("name", String(256), nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("type", String(16), nullable=False, doc="`periodic` or `once`."),
    Column("expression", String(256), doc="Of cron; null for one that fires once."),
    Column("timezone", String(64), doc="The name that IANA has for it."),
    Column("run_at", BigInteger, doc="When one fires that fires once."),
    Column("status", String(16), nullable=False, doc="`active`, `paused` or `completed`."),
    Column("pause_reason", String(32)),
    Column("due_at", BigInteger, doc="When it fires next; null while it does not."),
    Column("session_id", String(64), doc="The session that it wakes; null where it begins new ones."),
    Column("target", Text, nullable=False, doc="As it was given, as JSON, encrypted.", info=SEALED),
    Column("shown", JSON, nullable=False, doc="The target as replies show it: without what is confidential."),
    Index(None, "project", "id"),
    Index(None, "user"),
    Index(None, "due_at"),
    Index(None, "session_id"),
)

invocations = Table(
    "automation_invocations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("automation_id", String(64), ForeignKey("automations.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("scheduled_at", BigInteger, doc="The occurrence, in Unix seconds; null for one that somebody asked for."),
    Column("source", JSON, nullable=False, doc="As replies show it."),
    Column("status", String(16), nullable=False, doc="`queued`, `completed`, `failed` or `skipped`."),
    Column("error", JSON, doc="Why it failed: `code` and `message`."),
    Column("skip_reason", String(32)),
    Column("session_id", String(64), nullable=False, doc="The session that is woken, or the id of the new one."),
    # What makes an occurrence fire once, whoever looks.
    UniqueConstraint("automation_id", "scheduled_at"),
    Index(None, "automation_id", "id"),
    Index(None, "created_at"),
)
