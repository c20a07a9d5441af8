"""Skills and secrets of containers."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add what containers were given."""
    op.add_column("containers", sa.Column("skills", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("containers", sa.Column("secrets", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("containers") as batch:
        batch.drop_column("secrets")
        batch.drop_column("skills")
