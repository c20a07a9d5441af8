"""Rows of skills and of their versions; a version's zip is in `blobs`, held by the version's id."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from earthshine.database import metadata

skills = Table(
    "skills",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("default_version", Integer, nullable=False),
    Column("versions_made", Integer, nullable=False, doc="How many there were, so that no number is given twice."),
    Index(None, "project", "id"),
    Index(None, "user"),
)

skill_versions = Table(
    "skill_versions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("skill_id", String(64), ForeignKey("skills.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("root", String(512), nullable=False, doc="The folder in the zip that has the SKILL.md, with its slash."),
    UniqueConstraint("skill_id", "version"),
)
