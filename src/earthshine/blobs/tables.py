"""Rows of stored bytes: the contents, who holds each, what each project holds, and places to be emptied."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, String, Table

from earthshine.database import metadata

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True, doc="Of the content, in hex."),
    Column("size", BigInteger, nullable=False, doc="Bytes."),
    Column("place", String(128), nullable=False, doc="Where the bytes are in the store; never used twice."),
    Column("stored_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("checked_at", BigInteger, nullable=False, index=True, doc="When the bytes were last known to be right."),
    Column("damaged_at", BigInteger, doc="When they were found wrong or missing; null while they are right."),
)

blob_owners = Table(
    "blob_owners",
    metadata,
    Column("owner", String(64), primary_key=True, doc="The id of what holds the content, such as a file."),
    Column("sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("project", String(64), nullable=False, doc="To whom its bytes count."),
    Column("size", BigInteger, nullable=False, doc="Bytes."),
)

blob_usage = Table(
    "blob_usage",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("bytes", BigInteger, nullable=False, doc="Sum of what the project's owners hold."),
)

blob_leftovers = Table(
    "blob_leftovers",
    metadata,
    Column("place", String(128), primary_key=True, doc="What nobody holds any more, or not yet."),
    Column("node", String(64), nullable=False, doc="The server that is writing it, by its data directory."),
    Column("remove_after", Float(53), nullable=False, doc="Unix seconds."),
)
