"""Rows of connections that sandboxes tried to make; their container may be gone."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from earthshine.database import metadata

egress_log = Table(
    "egress_log",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("container_id", String(64), nullable=False),
    Column("at", BigInteger, nullable=False, doc="Unix seconds, when the connection began."),
    Column("method", String(16), nullable=False, doc="`CONNECT`, or that of a request in plain HTTP."),
    Column("host", String(256), nullable=False, doc="Empty where the target had no name that can be reached."),
    Column("port", Integer, nullable=False),
    Column("address", String(64), nullable=False, doc="The IP address that was connected to; empty where none was."),
    Column("verdict", String(32), nullable=False, doc="`done`, or why it was refused or cut; see `Verdict`."),
    Column("times", Integer, nullable=False, doc="Refusals of one kind are counted together for a moment."),
    Column("sent", BigInteger, nullable=False, doc="Bytes from the sandbox."),
    Column("received", BigInteger, nullable=False, doc="Bytes to it."),
    Column("milliseconds", BigInteger, nullable=False),
    Index(None, "project", "id"),
    Index(None, "at"),
)
