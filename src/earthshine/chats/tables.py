"""Rows of chats, of their turns, of the words by which they are found, and of links to them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from earthshine.database import metadata

chats = Table(
    "chats",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; empty for the key of the first start."),
    Column("title", String(512), nullable=False),
    Column("title_source", String(16), nullable=False, doc="first_words, model or person."),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False, doc="Milliseconds: the order of the list."),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("space_id", String(64)),
    Column("assistant_id", String(64)),
    Column("settings", JSON, nullable=False, doc="Model, instructions and sampling that its next turn has."),
    Column("current_turn_id", String(64), doc="The leaf of the branch that was looked at last."),
    Column("draft", Text, nullable=False, server_default=""),
    Column("draft_updated_at", BigInteger, doc="Milliseconds."),
    Index(None, "project", "user", "updated_at"),
)

chat_turns = Table(
    "chat_turns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("chat_id", String(64), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", String(64)),
    Column("group_id", String(64), doc="Shared by turns that ask several models the same."),
    Column("created_at", BigInteger, nullable=False, doc="Milliseconds: the order of siblings."),
    Column("caller", JSON, nullable=False, doc="Who asked, for a turn that begins later."),
    Column("input", JSON, nullable=False, doc="The items that the person sent."),
    Column("request", JSON, nullable=False, doc="What else the response is to be asked for: model, sampling."),
    Column("response_id", String(64), doc="Null until the turn's response has begun."),
    Column("error", JSON, doc="Why no response could begin."),
    Column("settled", Boolean, nullable=False, server_default=false(), doc="Whether all that follows its end is done."),
    Index(None, "chat_id", "parent_id"),
    Index(None, "settled"),
    Index(None, "response_id"),
)

chat_texts = Table(
    "chat_texts",
    metadata,
    Column("id", Integer, primary_key=True, doc="The row that the full-text index points to."),
    Column("chat_id", String(64), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("turn_id", String(64), nullable=False, doc="Empty for the chat's title."),
    Column("role", String(16), nullable=False, doc="title, user or assistant."),
    Column("part", Integer, nullable=False, doc="Which piece of a long text."),
    Column("text", Text, nullable=False, doc="As it was written."),
    Column("words", Text, nullable=False, doc="Normalised for search."),
    Index(None, "chat_id", "turn_id"),
)

chat_shares = Table(
    "chat_shares",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("chat_id", String(64), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("leaf_id", String(64), nullable=False, doc="The last turn that the link shows."),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Index(None, "chat_id"),
)
