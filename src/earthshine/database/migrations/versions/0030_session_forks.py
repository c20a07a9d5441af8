"""Sessions that go on from a place in another one."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add where a session has its history from."""
    op.add_column("agent_sessions", sa.Column("family", sa.String(length=64), nullable=True))
    op.add_column("agent_sessions", sa.Column("forked_from", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_agent_sessions_family"), "agent_sessions", ["family"], unique=False)


def downgrade() -> None:
    """Forget it."""
    op.drop_index(op.f("ix_agent_sessions_family"), table_name="agent_sessions")
    for column in ("forked_from", "family"):
        op.drop_column("agent_sessions", column)
