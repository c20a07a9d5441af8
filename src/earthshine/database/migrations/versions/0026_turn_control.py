"""Words in the middle of a turn, and turns that are paused."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add what is kept of a turn until its next response."""
    op.add_column("agent_turns", sa.Column("said", sa.JSON(), nullable=True))
    op.add_column("agent_turns", sa.Column("hold", sa.String(length=16), nullable=True))
    op.add_column("agent_turns", sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_agent_turns_settled_id"), "agent_turns", ["settled", "id"], unique=False)
    op.drop_index(op.f("ix_agent_turns_state_created_ms"), table_name="agent_turns")


def downgrade() -> None:
    """Forget it."""
    op.create_index(op.f("ix_agent_turns_state_created_ms"), "agent_turns", ["state", "created_ms"], unique=False)
    op.drop_index(op.f("ix_agent_turns_settled_id"), table_name="agent_turns")
    for column in ("settled", "hold", "said"):
        op.drop_column("agent_turns", column)
