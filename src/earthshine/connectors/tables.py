"""Rows of connectors, and of who is signed in to which. What is secret is encrypted."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from earthshine.database import metadata
from earthshine.sealing import SEALED

connectors = Table(
    "connectors",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("version", Integer, nullable=False, doc="How often it was changed."),
    Column("name", String(256), nullable=False),
    Column("url", Text, doc="Of a server that is reached over HTTP."),
    Column("command", JSON, doc="Of a server that is run here, in a sandbox."),
    Column("allowed_domains", JSON, nullable=False),
    Column("client_id", Text, doc="What its authorization server knows this installation as, where somebody said so."),
    Column("allowed_tools", JSON, doc="Names; null for all."),
    Column("require_approval", JSON, nullable=False),
    Column("header_names", JSON, nullable=False),
    Column("env_names", JSON, nullable=False),
    Column("sealed", Text, nullable=False, info=SEALED, doc="Headers, environment and client secret, encrypted."),
    Index(None, "project", "id"),
    Index(None, "user"),
)

sign_ins = Table(
    "connector_sign_ins",
    metadata,
    Column("connector_id", String(64), ForeignKey("connectors.id", ondelete="CASCADE"), primary_key=True),
    Column("user", String(64), primary_key=True, doc="Who signed in; empty for the project itself."),
    Column("state", String(64), unique=True, doc="The hash of what a browser must bring back; null when it has."),
    Column("flow", Text, info=SEALED, doc="What is needed then, encrypted."),
    Column("tokens", Text, info=SEALED, doc="Encrypted; null when nobody is signed in."),
    Column("scope", Text, nullable=False, doc="What a call needed that the tokens did not allow."),
    Column("refreshing_until", BigInteger, nullable=False, doc="Until when one server has it to itself; Unix seconds."),
    Index(None, "user"),
)
