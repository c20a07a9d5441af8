"""What a session may use, and has used of it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("agent_sessions") as table:
        table.add_column(sa.Column("limits", sa.JSON(), nullable=True))
        table.add_column(sa.Column("spent", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Forget both."""
    with op.batch_alter_table("agent_sessions") as table:
        table.drop_column("spent")
        table.drop_column("limits")
