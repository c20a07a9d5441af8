"""Rows of deployments that were made through the API."""

from sqlalchemy import JSON, BigInteger, Column, String, Table, Text

from earthshine.database import metadata

deployments = Table(
    "deployments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("model", String(256), nullable=False),
    Column("spec", JSON, nullable=False, doc="All that was asked for, but for the key."),
    Column(
        "secret", Text, nullable=False, server_default="", doc="The upstream's key, encrypted; empty if it has none."
    ),
    Column("secret_prefix", String(16), nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False, doc="Microseconds, so that each change shows."),
)
