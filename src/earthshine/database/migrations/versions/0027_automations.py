"""Automations, and what they delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "automations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=192)),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("expression", sa.String(length=256)),
        sa.Column("timezone", sa.String(length=64)),
        sa.Column("run_at", sa.BigInteger()),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("pause_reason", sa.String(length=32)),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("session_id", sa.String(length=64)),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automations")),
        sa.UniqueConstraint("key", name=op.f("uq_automations_key")),
    )
    for columns in (["project", "id"], ["user"], ["due_at"], ["session_id"]):
        op.create_index(op.f(f"ix_automations_{'_'.join(columns)}"), "automations", columns, unique=False)
    op.create_table(
        "automation_invocations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("automation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger()),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.JSON()),
        sa.Column("skip_reason", sa.String(length=32)),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["automation_id"],
            ["automations.id"],
            ondelete="CASCADE",
            name=op.f("fk_automation_invocations_automation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_invocations")),
        sa.UniqueConstraint(
            "automation_id", "scheduled_at", name=op.f("uq_automation_invocations_automation_id_scheduled_at")
        ),
    )
    for columns in (["automation_id", "id"], ["created_at"]):
        name = op.f(f"ix_automation_invocations_{'_'.join(columns)}")
        op.create_index(name, "automation_invocations", columns, unique=False)


def downgrade() -> None:
    """Forget both."""
    for table in ("automation_invocations", "automations"):
        op.drop_table(table)
