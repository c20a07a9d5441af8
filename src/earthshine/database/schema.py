"""The one `MetaData` in which every resource's `tables.py` declares its rows."""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

HEAD = "0039"
"""The newest migration; a test compares it with the files in `migrations/versions`."""
