"""What sessions of agents are told beyond OpenAI's API, and plans that people have edited."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("agent_sessions", sa.Column("earthshine", sa.JSON(), nullable=True))
    op.add_column("agent_turns", sa.Column("plan", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("agent_turns") as batch:
        batch.drop_column("plan")
    with op.batch_alter_table("agent_sessions") as batch:
        batch.drop_column("earthshine")
