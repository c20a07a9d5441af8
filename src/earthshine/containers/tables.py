"""Rows of containers; their files are folders in the data directory of one server."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

containers = Table(
    "containers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("node", String(64), nullable=False, doc="The server that has its files."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(256), nullable=False),
    Column("memory_limit", String(8), nullable=False),
    Column("network_policy", JSON, nullable=False, doc="As it is shown: `type`, and `allowed_domains`."),
    Column("skills", JSON, nullable=False, server_default="[]", doc="What it was given; see `skills.PlacedSkill`."),
    Column("secrets", Text, info=SEALED, doc="Those of its domains, encrypted; null for none."),
    Column("env", Text, info=SEALED, doc="Variables of all that runs in it, as JSON, encrypted; null for none."),
    Column(
        "remote", Boolean, nullable=False, server_default=false(), doc="Whether it is a machine that connects here."
    ),
    Column("expires_minutes", Integer, nullable=False, doc="Minutes after its last use when it expires."),
    Column("last_active_at", BigInteger, nullable=False),
    Column("expired", Boolean, nullable=False, server_default=false(), doc="Whether its files are gone for that."),
    Index(None, "project", "id"),
    Index(None, "user"),
    Index(None, "node", "last_active_at"),
)

container_uploads = Table(
    "container_uploads",
    metadata,
    Column("container_id", String(64), ForeignKey("containers.id", ondelete="CASCADE"), primary_key=True),
    Column("path", String(1024), primary_key=True, doc="Below the workspace."),
)
"""Which files were put there by clients; all others were made inside."""
