"""Rows of sessions, of their turns, and of the requests that changed them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, false

from earthshine.database import metadata

sessions = Table(
    "agent_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("last_active_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("metadata", JSON, nullable=False),
    Column("agent", JSON, nullable=False, doc="Its configuration, with the id and the name."),
    Column("environment", JSON, nullable=False, doc="Where its tools work, as replies show it."),
    Column("vault_ids", JSON, nullable=False),
    Column("earthshine", JSON, doc="What the request said beyond OpenAI's API; see `schemas.Extensions`."),
    Column("used", JSON, doc="The tokens of all turns but the last together; null for none."),
    Column("family", String(64), doc="The first of the sessions that have responses in common; null for itself."),
    Column("forked_from", JSON, doc="The session that it has its history of, and up to where; null for none."),
    Column("limits", JSON, doc="What it may use, by kind; null for any amount."),
    Column("spent", JSON, doc="What it had used of these when a response of it ended last, and which were reached."),
    Index(None, "project", "id"),
    Index(None, "user"),
    Index(None, "family"),
)

turns = Table(
    "agent_turns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("agent_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("created_ms", BigInteger, nullable=False, doc="Unix milliseconds."),
    Column("ended_ms", BigInteger, doc="Where it ended otherwise than with its last response."),
    Column("caller", JSON, nullable=False, doc="Who asked for it, to be billed also after a restart."),
    Column("state", String(16), nullable=False, doc="`open`: as its last response is; else `cancelled`, `failed`."),
    Column("error", JSON, doc="Why it failed before its response began."),
    Column("steps", JSON, nullable=False, doc="Its responses in order: the id of each, and what was given to it."),
    Column("plan", Text, doc="What a person has made of the rest of the plan, until the program takes it: JSON."),
    Column("answers", JSON, nullable=False, doc="What was answered so far to that which the last response waits for."),
    Column("said", JSON, doc="Words that came while it was under way and wait for their response; null for none."),
    Column("hold", String(16), doc="Why no other response begins: `paused`, `cancelled`; null for none."),
    Column("settled", Boolean, nullable=False, server_default=false(), doc="Whether nothing is to begin by itself."),
    Column("subagent_id", String(64), doc="Whose it is; null for the session's own agent."),
    Index(None, "session_id", "id"),
    Index(None, "settled", "id"),
)

session_keys = Table(
    "agent_session_keys",
    metadata,
    Column("session_id", String(64), ForeignKey("agent_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(256), primary_key=True, doc="The `Idempotency-Key` of a request that was done."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
)
