"""Rows of deployments that were made through the API, of their keys, and of what the console switched."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, String, Table, Text

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

deployments = Table(
    "deployments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("model", String(256), nullable=False),
    Column("spec", JSON, nullable=False, doc="All that was asked for, but for the key."),
    Column("key_id", String(64), nullable=True, doc="Its row of `deployment_keys`, which others may share."),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False, doc="Microseconds, so that each change shows."),
)

deployment_keys = Table(
    "deployment_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("secret", Text, nullable=False, doc="The upstream's key, encrypted.", info=SEALED),
    Column("secret_prefix", String(16), nullable=False, server_default=""),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(64), primary_key=True, doc="A setting's name."),
    Column("value", Boolean, nullable=False),
    Column("updated_at", BigInteger, nullable=False, doc="Microseconds, so that each change shows."),
)
