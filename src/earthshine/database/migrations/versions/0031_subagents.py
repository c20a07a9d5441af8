"""Subagents of sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add them, and whose a turn is."""
    op.create_table(
        "agent_subagents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["agent_sessions.id"], name=op.f("fk_agent_subagents_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_subagents")),
    )
    op.create_index(op.f("ix_agent_subagents_session_id"), "agent_subagents", ["session_id"], unique=False)
    op.add_column("agent_turns", sa.Column("subagent_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Forget subagents, with their turns."""
    op.execute("DELETE FROM agent_turns WHERE subagent_id IS NOT NULL")
    op.drop_column("agent_turns", "subagent_id")
    op.drop_table("agent_subagents")
