"""Rows of artifacts; their bytes are in `blobs`, held by the artifact's id."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, false

from earthshine.database import metadata

artifacts = Table(
    "agent_artifacts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("agent_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("turn_id", String(64), nullable=False, doc="The turn that published it."),
    Column("environment_id", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("path", Text, nullable=False, doc="In the environment, below its workspace."),
    Column("size", BigInteger, nullable=False, doc="Bytes."),
    Column("sha256", String(64), nullable=False),
    Column("version", BigInteger, nullable=False, doc="Of the file when it was published; see `Entry.version`."),
    Column("deleted", Boolean, nullable=False, server_default=false(), doc="What was deleted does not come again."),
    Index(None, "session_id", "id"),
)
