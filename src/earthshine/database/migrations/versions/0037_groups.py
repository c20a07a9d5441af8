"""Groups with their people and roles, and how long projects keep what models were asked."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("organization", "name", name=op.f("uq_groups_organization_name")),
    )
    op.create_table(
        "group_users",
        sa.Column("group", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["groups.id"], name=op.f("fk_group_users_group"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_group_users_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group", "user", name=op.f("pk_group_users")),
    )
    op.create_index("ix_group_users_user", "group_users", ["user"], unique=False)
    op.create_table(
        "group_roles",
        sa.Column("group", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["groups.id"], name=op.f("fk_group_roles_group"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group", "project", "role", name=op.f("pk_group_roles")),
    )
    op.create_index("ix_group_roles_project", "group_roles", ["project"], unique=False)
    op.create_index("ix_group_roles_role", "group_roles", ["role"], unique=False)
    op.create_table(
        "data_retention",
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organization", "project", name=op.f("pk_data_retention")),
    )


def downgrade() -> None:
    """Forget them."""
    for table in ("data_retention", "group_roles", "group_users", "groups"):
        op.drop_table(table)
