"""Lists of rules, of organisations and of projects; those of the settings are in no table."""

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table

from earthshine.database import metadata

tool_rules = Table(
    "tool_rules",
    metadata,
    Column("organization", String(64), primary_key=True),
    Column("project", String(64), primary_key=True, doc="Empty for the organisation's own list."),
    Column("rules", JSON, nullable=False, doc="In their order, each as `[[tool_rules]]` of the settings has it."),
    Column("version", Integer, nullable=False, doc="One more with each change; a row is never deleted."),
    Column("updated_at", BigInteger, nullable=False, doc="Unix seconds."),
)
