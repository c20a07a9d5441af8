"""Vector stores that people share with their project."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Nothing is shared so far."""
    op.add_column("vector_stores", sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Each is its owner's alone again."""
    with op.batch_alter_table("vector_stores") as batch_op:
        batch_op.drop_column("shared")
