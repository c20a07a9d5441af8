"""Rows of researches: what is kept of one beside its response, whose id and whose life it has."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from earthshine.database import metadata
from earthshine.responses.tables import responses

researches = Table(
    "researches",
    metadata,
    Column("id", String(64), ForeignKey(responses.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False, doc="Unix seconds."),
    Column("question", Text, nullable=False),
    Column("language", String(8), nullable=False, doc="Of the report; empty until it is known."),
    Column("title", Text, nullable=False, doc="Of the report; empty until it is there."),
    Column("pages", Integer, nullable=False, doc="Sources that the report has read."),
    Column("claims", Integer, nullable=False),
    Column("commands", JSON, nullable=False, doc="What people want changed, until the program takes it."),
    Column("report", JSON, doc="The finished report; see `report.py`."),
    Index(None, "project", "id"),
)
