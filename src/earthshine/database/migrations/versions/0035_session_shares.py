"""Links to sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "agent_session_shares",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("include_reasoning", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agent_sessions.id"],
            name=op.f("fk_agent_session_shares_session_id_agent_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_session_shares")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_agent_session_shares_token_hash")),
    )
    op.create_index(op.f("ix_agent_session_shares_session_id"), "agent_session_shares", ["session_id"], unique=False)


def downgrade() -> None:
    """Forget it."""
    op.drop_table("agent_session_shares")
