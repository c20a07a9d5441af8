"""Containers."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "containers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("memory_limit", sa.String(length=8), nullable=False),
        sa.Column("network_policy", sa.JSON(), nullable=False),
        sa.Column("expires_minutes", sa.Integer(), nullable=False),
        sa.Column("last_active_at", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_containers")),
    )
    op.create_index(op.f("ix_containers_project_id"), "containers", ["project", "id"], unique=False)
    op.create_index(op.f("ix_containers_user"), "containers", ["user"], unique=False)
    op.create_index(op.f("ix_containers_node_last_active_at"), "containers", ["node", "last_active_at"], unique=False)
    op.create_table(
        "container_uploads",
        sa.Column("container_id", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["containers.id"],
            name=op.f("fk_container_uploads_container_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("container_id", "path", name=op.f("pk_container_uploads")),
    )


def downgrade() -> None:
    """Forget containers; their folders stay in the data directory."""
    for table in ("container_uploads", "containers"):
        op.drop_table(table)
