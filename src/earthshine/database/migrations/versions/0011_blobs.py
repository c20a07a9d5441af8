"""Stored contents: once each, with their owners, what projects hold, and places to be emptied."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("damaged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
    )
    op.create_index(op.f("ix_blobs_checked_at"), "blobs", ["checked_at"], unique=False)
    op.create_table(
        "blob_owners",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_blob_owners_sha256")),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_blob_owners")),
    )
    op.create_index(op.f("ix_blob_owners_sha256"), "blob_owners", ["sha256"], unique=False)
    op.create_table(
        "blob_usage",
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project", name=op.f("pk_blob_usage")),
    )
    op.create_table(
        "blob_leftovers",
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("remove_after", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_blob_leftovers")),
    )


def downgrade() -> None:
    """Forget which contents there are; their bytes stay where they are."""
    for table in ("blob_leftovers", "blob_usage", "blob_owners", "blobs"):
        op.drop_table(table)
