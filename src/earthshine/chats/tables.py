"""Rows of chats, of their turns, of the words by which they are found, and of links to them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from earthshine.database import metadata
from earthshine.sealing.columns import SEALED

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
    Column("fingerprint", String(64), doc="Of the request as it came, to know the same one when it comes again."),
    Column("question", String(64), doc="The same for turns that ask the same; null for those of earlier releases."),
    Column("response_id", String(64), doc="Chosen when the turn is stored, so that its response can begin once only."),
    Column(
        "state",
        String(16),
        nullable=False,
        server_default="queued",
        doc="queued, begun, cancelled or failed: how far it came before its response, which tells the rest.",
    ),
    Column("error", JSON, doc="Why no response could begin."),
    Column("settled", Boolean, nullable=False, server_default=false(), doc="Whether all that follows its end is done."),
    Index(None, "chat_id", "parent_id"),
    Index(None, "settled"),
    Index(None, "response_id"),
)

chat_texts = Table(
    "chat_texts",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        doc="Ordered as the texts are, newest last; the full-text index points to it. See `search/index.py`.",
    ),
    Column("chat_id", String(64), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("scope", String(64), nullable=False, doc="Words that no text has: whose it is, and whether it is a title."),
    Column("turn_id", String(64), nullable=False, doc="Empty for the chat's title."),
    Column("role", String(16), nullable=False, doc="title, user or assistant."),
    Column("part", Integer, nullable=False, doc="Which piece of a long text."),
    Column("text", Text, nullable=False, doc="As it was written."),
    Column("words", Text, nullable=False, doc="Normalised for search; see `text/normalization.py`."),
    Index(None, "chat_id", "turn_id"),
)
# The full-text index itself is made by the migration: on SQLite the virtual table `chat_words`, kept in step by
# triggers, on PostgreSQL the generated column `chat_texts.vector`.

chat_shares = Table(
    "chat_shares",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("chat_id", String(64), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True, doc="SHA-256 of what the link ends with."),
    Column("sealed_token", Text, doc="The same encrypted, told to its maker; null in links of before.", info=SEALED),
    Column("leaf_id", String(64), nullable=False, doc="The last turn that the link shows."),
    Column("include_reasoning", Boolean, nullable=False, server_default=false()),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("expires_at", BigInteger, doc="Unix seconds; never, when null."),
    Index(None, "chat_id"),
)

chat_ratings = Table(
    "chat_ratings",
    metadata,
    Column("turn_id", String(64), ForeignKey("chat_turns.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String(64), nullable=False, doc="By which it is listed, without telling where it was given."),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False),
    Column("model", String(256), nullable=False, doc="That replied."),
    Column("rating", String(8), nullable=False, doc="good or bad."),
    Column("reasons", JSON, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds of the last change."),
    Index(None, "project", "created_at", "id"),
)

chat_imports = Table(
    "chat_imports",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("source", String(16), primary_key=True, doc="chatgpt, open_webui or earthshine."),
    Column("original_id", String(128), primary_key=True),
    Column("chat_id", String(64), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Index(None, "chat_id"),
)
