"""Rows of server processes."""

from sqlalchemy import Column, Float, String, Table

from earthshine.database import metadata

instances = Table(
    "instances",
    metadata,
    Column("id", String(64), primary_key=True, doc="New at each start of a process."),
    Column("node", String(64), nullable=False, doc="The data directory that it holds; one process at a time."),
    Column("address", String(256), nullable=False, doc="Where it listens, for people."),
    Column("started_at", Float(53), nullable=False, doc="Unix seconds by the database's clock, as is the next."),
    Column("beat_at", Float(53), nullable=False, doc="When it last said that it is alive."),
)
