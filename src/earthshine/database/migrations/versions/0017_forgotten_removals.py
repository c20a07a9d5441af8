"""Up to which change of a vector store removals are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column."""
    op.add_column("vector_stores", sa.Column("forgotten", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    """Remove it; indexes that missed removals would keep what is gone, so let the server make them anew."""
    with op.batch_alter_table("vector_stores") as batch_op:
        batch_op.drop_column("forgotten")
