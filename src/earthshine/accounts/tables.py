"""Rows of organisations, projects, service accounts, keys and the audit trail."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table

from earthshine.accounts.groups import tables as tables  # rows of the same package, those of people too, for migrations
from earthshine.database import metadata

organizations = Table(
    "organizations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),
)

projects = Table(
    "projects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("name", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger, doc="From then on its keys are refused."),
    Index(None, "organization", "id"),
)

service_accounts = Table(
    "service_accounts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("name", String(256), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String(64), doc="The person who made it; null where nobody knows."),
    Index(None, "project", "id"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True, doc="SHA-256 of the key; the key itself is not stored."),
    Column("prefix", String(16), nullable=False, doc="Its first characters, for people to tell keys apart."),
    Column("project", String(64), nullable=False, doc="Empty for a key that only administers its organisation."),
    Column("name", String(256), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("kind", String(16), doc="project, admin or installation; the first version had only the last, unnamed."),
    Column("organization", String(64)),
    Column("owner", String(64), doc="A user's or a service account's id."),
    Column("role", String(16), doc="The most that the key may do; null means what its owner may do."),
    Column("scopes", JSON, doc="OpenAI's further restrictions, such as api.all.read."),
    Column("models", JSON, doc="The only models that it may use."),
    Column("addresses", JSON, doc="The only networks that it may come from."),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger, doc="A revoked key stays as a row, to give old ledger and audit rows a name."),
    Column("last_used_at", BigInteger),
    Column("rotated_from", String(64), doc="The key that this one follows."),
    Column("family", String(64), doc="The first of the keys that followed one another: limits and sums are its."),
    Column("made_by", String(64), doc="The person who saw it when it was made; empty or null for none, or unknown."),
    Column("version", BigInteger, doc="The number of the directory's change that last touched it."),
    Index(None, "project", "id"),
    Index(None, "version"),
)

directory = Table(
    "directory",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False, doc="Counts changes, so that every server sees when to look again."),
)
"""One row: the state of everything that servers keep in memory about accounts."""

data_retention = Table(
    "data_retention",
    metadata,
    Column("organization", String(64), primary_key=True),
    Column("project", String(64), primary_key=True, doc="Empty for the organisation's own choice."),
    Column("type", String(64), nullable=False, doc="One of OpenAI's names; see `projects/retention.py`."),
)

audit_logs = Table(
    "audit_logs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization", String(64), nullable=False),
    Column("project", String(64), nullable=False, doc="Empty when the act concerns no single project."),
    Column("type", String(64), nullable=False),
    Column("effective_at", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False, doc="The key or the session that acted."),
    Column("actor_user", String(64), nullable=False),
    Column("actor_email", String(320), nullable=False),
    Column("resource", String(512), nullable=False, doc="What was acted on."),
    Column("details", JSON, nullable=False),
    Index(None, "organization", "id"),
    Index(None, "organization", "effective_at"),
)
