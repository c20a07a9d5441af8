"""Rows of groups, who is in them, and which roles they have where."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint

from earthshine.accounts.people.tables import users
from earthshine.database import metadata

groups = Table(
    "groups",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("name", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("organization", "name"),
)

group_users = Table(
    "group_users",
    metadata,
    Column("group", String(64), ForeignKey(groups.c.id, ondelete="CASCADE"), primary_key=True),
    Column("user", String(64), ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("added_at", BigInteger, nullable=False),
    Index("ix_group_users_user", "user"),
)

group_roles = Table(
    "group_roles",
    metadata,
    Column("group", String(64), ForeignKey(groups.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project", String(64), primary_key=True, doc="Empty for a role in the organisation."),
    Column("role", String(64), primary_key=True, doc="Also one that always exists, which has no row."),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_group_roles_project", "project"),
    Index("ix_group_roles_role", "role"),
)
"""A group takes part in a project while it has a role there."""
