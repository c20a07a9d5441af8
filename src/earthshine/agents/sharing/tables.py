"""Rows of links to sessions."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, false

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

shares = Table(
    "agent_session_shares",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("agent_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True, doc="SHA-256 of what the link ends with."),
    Column("sealed_token", Text, nullable=False, doc="The same encrypted, told to its maker.", info=SEALED),
    Column("turn_id", String(64), nullable=False, doc="The last turn that the link shows."),
    Column("include_reasoning", Boolean, nullable=False, server_default=false()),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("expires_at", BigInteger, doc="Unix seconds; never, when null."),
    Index(None, "session_id"),
)
