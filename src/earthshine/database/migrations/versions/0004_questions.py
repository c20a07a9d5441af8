"""What tells one question of a chat from another."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add it; what was asked before stays without."""
    op.add_column("chat_turns", sa.Column("question", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("chat_turns", "question")
