"""Environments of agents and their templates; variables of containers, and containers that are machines elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "agent_environments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=False),
        sa.Column("setup", sa.Text(), nullable=True),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_environments")),
    )
    for names in (["project", "id"], ["user"], ["status"], ["session_id"]):
        op.create_index(op.f(f"ix_agent_environments_{'_'.join(names)}"), "agent_environments", names, unique=False)
    op.create_table(
        "agent_environment_templates",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_environment_templates")),
    )
    for names in (["project", "id"], ["user"]):
        place = f"ix_agent_environment_templates_{'_'.join(names)}"
        op.create_index(op.f(place), "agent_environment_templates", names, unique=False)
    op.add_column("containers", sa.Column("env", sa.Text(), nullable=True))
    op.add_column("containers", sa.Column("remote", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("containers", "remote")
    op.drop_column("containers", "env")
    for table in ("agent_environment_templates", "agent_environments"):
        op.drop_table(table)
