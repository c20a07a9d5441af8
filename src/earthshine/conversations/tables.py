"""Rows of conversations and their items."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from earthshine.database import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("metadata", JSON, nullable=False),
    Column("next_position", Integer, nullable=False, doc="Where the next item goes; never used twice."),
    Column("user", String(64), nullable=False, server_default="", doc="Whose words it holds; see `ownership.py`."),
    Index(None, "user"),
)

conversation_items = Table(
    "conversation_items",
    metadata,
    Column("conversation_id", String(64), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, doc="Order of adding."),
    Column("item_id", String(128), nullable=False),
    Column("item", LargeBinary, nullable=False, doc="The item as JSON, in the form in which it is returned."),
    UniqueConstraint("conversation_id", "item_id"),
)

seal_keys = Table(
    "seal_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("key", LargeBinary, nullable=False, doc="Signs what clients carry; see `signing.py`."),
)
