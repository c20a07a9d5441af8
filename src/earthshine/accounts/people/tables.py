"""Rows of people: who they are, what they may do, how they signed in."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from earthshine.database import metadata

users = Table(
    "users",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("email", String(320), nullable=False, doc="As typed, in Unicode's composed form."),
    Column("email_key", String(1024), nullable=False, doc="What addresses are compared by."),
    Column("name", String(256), nullable=False),
    Column("role", String(16), nullable=False, doc="In the organisation: owner, admin, member or viewer."),
    Column("password", Text, nullable=True, doc="Argon2id in the PHC format; null means no sign-in by password."),
    Column("subject", String(512), nullable=True, doc="Issuer and subject of the OpenID provider, once seen."),
    Column("created_at", BigInteger, nullable=False),
    Column("operates", Boolean, nullable=False, server_default=false(), doc="Runs the installation, while an owner."),
    UniqueConstraint("organization", "email_key"),
    UniqueConstraint("organization", "subject"),
)

members = Table(
    "project_users",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("user", String(64), ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("role", String(16), nullable=False, doc="In the project: owner, admin, member or viewer."),
    Column("added_at", BigInteger, nullable=False),
    Index("ix_project_users_user", "user"),
)

roles = Table(
    "roles",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("project", String(64), nullable=False, server_default="", doc="Empty for a role in the organisation."),
    Column("name", String(256), nullable=False),
    Column("description", Text, nullable=True),
    Column("permissions", JSON, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("organization", "project", "name"),
)

assignments = Table(
    "role_assignments",
    metadata,
    Column("user", String(64), ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("role", String(64), ForeignKey(roles.c.id, ondelete="CASCADE"), primary_key=True),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_role_assignments_role", "role"),
)

invites = Table(
    "invites",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("email", String(320), nullable=False),
    Column("email_key", String(1024), nullable=False),
    Column("role", String(16), nullable=False),
    Column("projects", JSON, nullable=False, doc="A list of {id, role}: what acceptance grants."),
    Column("hash", String(64), nullable=False, unique=True, doc="SHA-256 of the one-time token."),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger, nullable=True),
    Column("operates", Boolean, nullable=False, server_default=false(), doc="May make the first to run everything."),
    Index("ix_invites_organization_email_key", "organization", "email_key"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True, doc="SHA-256 of the token."),
    Column("user", String(64), ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("organization", String(64), nullable=False),
    Column("method", String(16), nullable=False, doc="password, oidc or invite."),
    Column("user_agent", String(512), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, doc="Whatever happens, it ends here."),
    Index("ix_sessions_user", "user"),
)

failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", String(64), primary_key=True, doc="SHA-256 of the account or address that is counted."),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False, doc="Unix milliseconds."),
    Column("until", BigInteger, nullable=False, doc="Unix milliseconds before which nobody need try again."),
    Index("ix_sign_in_failures_last_at", "last_at"),
)

erasures = Table(
    "erasures",
    metadata,
    Column("user", String(64), primary_key=True, doc="Who was removed, and whose words are still to be erased."),
    Column("asked_at", BigInteger, nullable=False),
)

oidc_flows = Table(
    "oidc_flows",
    metadata,
    Column(
        "state",
        String(64),
        primary_key=True,
        doc="SHA-256 of one that came back: it is good once.",
    ),
    # What earlier versions kept of those who had not come back yet; empty now.
    Column("browser", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_oidc_flows_expires_at", "expires_at"),
)
