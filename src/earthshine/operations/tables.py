"""Rows of the settings that were chosen in the app."""

from sqlalchemy import BigInteger, Column, String, Table

from earthshine.database import metadata

chosen_settings = Table(
    "chosen_settings",
    metadata,
    Column("name", String(64), primary_key=True, doc="A setting's name."),
    Column("value", String(512), nullable=False),
    Column("updated_at", BigInteger, nullable=False, doc="Unix seconds."),
)
