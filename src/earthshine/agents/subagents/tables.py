"""Rows of subagents. Their turns are rows of `agent_turns`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from earthshine.database import metadata

subagents = Table(
    "agent_subagents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("agent_sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False, doc="By which its agent calls it: 1 is the session's first."),
    Column("opened_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("closed_at", BigInteger, doc="Unix seconds; null while it is open."),
    Column("task", Text, nullable=False, doc="What it was made for, in its agent's words."),
)
