"""Keys by which a request for an environment that is sent twice makes one."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
_INDEX = "ix_agent_environments_project_user_key"


def upgrade() -> None:
    """Add the column."""
    op.add_column("agent_environments", sa.Column("key", sa.String(length=256), nullable=True))
    op.create_index(op.f(_INDEX), "agent_environments", ["project", "user", "key"], unique=True)


def downgrade() -> None:
    """Forget them."""
    op.drop_index(op.f(_INDEX), "agent_environments")
    op.drop_column("agent_environments", "key")
