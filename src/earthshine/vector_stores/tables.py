"""Rows of vector stores, their files and passages: the truth, of which the indexes that are searched are made."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from earthshine.database import metadata
from earthshine.files.tables import files

vector_stores = Table(
    "vector_stores",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("name", String(256), nullable=False),
    Column("description", Text),
    Column("metadata", JSON),
    Column("expires_days", Integer, doc="Days after its last use when it expires; null means never."),
    Column("last_active_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, doc="Null means never."),
    Column("expired", Boolean, nullable=False, server_default=false(), doc="Whether its passages are gone for that."),
    Column("shared", Boolean, nullable=False, server_default=false(), doc="Whether its project's people may read it."),
    Column("embedding", String(512), nullable=False, server_default="", doc="What makes its vectors; empty: nothing."),
    Column("dimensions", Integer, nullable=False, server_default="0", doc="Of its vectors."),
    Column("change", BigInteger, nullable=False, server_default="0", doc="The number of its last change."),
    Column(
        "forgotten",
        BigInteger,
        nullable=False,
        server_default="0",
        doc="Up to this change nobody knows any more what was removed: an index that is older begins anew.",
    ),
    Column("files_made", BigInteger, nullable=False, server_default="0", doc="Numbers given to files so far."),
    Column("passages_made", BigInteger, nullable=False, server_default="0", doc="Ids given to passages so far."),
    Index(None, "project", "id"),
    Index(None, "user"),
)

vector_store_files = Table(
    "vector_store_files",
    metadata,
    Column("vector_store_id", String(64), ForeignKey("vector_stores.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", String(64), ForeignKey(files.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("number", BigInteger, nullable=False, doc="The small number that passages and indexes know it by."),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("status", String(16), nullable=False, doc="in_progress, completed, failed or cancelled."),
    Column("error", JSON(none_as_null=True), doc="Why it failed: `code` and `message`."),
    Column("attributes", JSON),
    Column("chunking", JSON, nullable=False, doc="As it is shown: `type`, and `static`."),
    Column("bytes", BigInteger, nullable=False, server_default="0", doc="Of its passages and their vectors."),
    Column("passages", Integer, nullable=False, server_default="0"),
    Column("run_id", String(64), nullable=False, doc="The run that ingests it, or did: no other may add to it."),
    Column("caller", JSON, nullable=False, doc="Who added it, to be billed also when it is embedded again."),
    Column("embedding", String(512), nullable=False, server_default="", doc="What made its vectors."),
    Index(None, "vector_store_id", "number", unique=True),
    Index(None, "vector_store_id", "status"),
    Index(None, "run_id"),
)

file_batches = Table(
    "file_batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "vector_store_id",
        String(64),
        ForeignKey("vector_stores.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("created_at", BigInteger, nullable=False),
    Column("cancelled", Boolean, nullable=False, server_default=false()),
)

file_batch_files = Table(
    "file_batch_files",
    metadata,
    Column("batch_id", String(64), ForeignKey("file_batches.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    sqlite_with_rowid=False,
)

passages = Table(
    "passages",
    metadata,
    Column("vector_store_id", String(64), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False, doc="Never given twice in one store."),
    Column("file_id", String(64), nullable=False),
    Column("number", Integer, nullable=False, doc="Its place in the file, from 0."),
    Column("start", BigInteger, nullable=False, doc="Of the document's canonical text."),
    Column("end", BigInteger, nullable=False),
    Column("part", Integer, nullable=False, doc="The number of the document's part."),
    Column("label", Text, nullable=False, doc="The part's."),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary, doc="int8, as long as the store's dimensions; null for words only."),
    Column("change", BigInteger, doc="The store's change that added it; null before its file is ingested whole."),
    ForeignKeyConstraint(
        ["vector_store_id", "file_id"],
        ["vector_store_files.vector_store_id", "vector_store_files.file_id"],
        ondelete="CASCADE",
    ),
    Index(None, "vector_store_id", "file_id"),
    Index(None, "vector_store_id", "change"),
)

removed_passages = Table(
    "removed_passages",
    metadata,
    Column("vector_store_id", String(64), ForeignKey("vector_stores.id", ondelete="CASCADE"), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("change", BigInteger, nullable=False),
    Index(None, "vector_store_id", "change"),
    sqlite_with_rowid=False,
)
