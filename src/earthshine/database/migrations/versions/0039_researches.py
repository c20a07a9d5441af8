"""Researches: what is kept of one beside its response."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "researches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("commands", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON()),
        sa.ForeignKeyConstraint(["id"], ["responses.id"], name=op.f("fk_researches_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_researches")),
    )
    op.create_index(op.f("ix_researches_project_id"), "researches", ["project", "id"], unique=False)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("researches")
