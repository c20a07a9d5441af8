"""Rows of documents: what was read of a file, and how far the reading is. They go with their file."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from earthshine.database import metadata
from earthshine.files.tables import files

documents = Table(
    "documents",
    metadata,
    Column("file_id", String(64), ForeignKey(files.c.id, ondelete="CASCADE"), primary_key=True),
    Column("run_id", String(64), nullable=False, doc="The run that reads it, or did: no other may add to it."),
    Column("state", String(16), nullable=False, doc="queued, reading, read or failed."),
    Column("kind", String(32), nullable=False, server_default="", doc="Its format, told by its bytes."),
    Column("title", Text, nullable=False, server_default=""),
    Column("parts", Integer, nullable=False, server_default="0", doc="That it has, as far as is known."),
    Column("parts_read", Integer, nullable=False, server_default="0"),
    Column("characters", BigInteger, nullable=False, server_default="0", doc="Of its canonical text, read so far."),
    Column("doubts", JSON, doc="How many parts have each doubt."),
    Column("error", JSON, doc="Why it cannot be read: `code` and `message`."),
    Column("began_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("ended_at", BigInteger, doc="Unix seconds."),
    Index(None, "run_id"),
)

document_parts = Table(
    "document_parts",
    metadata,
    Column("file_id", String(64), ForeignKey("documents.file_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, doc="Its place in the document, from 0."),
    Column("start", BigInteger, nullable=False, doc="Of the canonical text, where the part's text begins."),
    Column("end", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("layout", LargeBinary, nullable=False, doc="Boxes, headings, tables and doubts, as compressed JSON."),
)
