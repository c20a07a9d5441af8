"""Keys that several deployments share, and settings that are switched in the console."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Give each deployment's key a row of its own, under the deployment's id."""
    op.create_table(
        "deployment_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("secret_prefix", sa.String(length=16), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_keys")),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.add_column("deployments", sa.Column("key_id", sa.String(length=64), nullable=True))
    op.execute(
        "INSERT INTO deployment_keys (id, secret, secret_prefix) "
        "SELECT id, secret, secret_prefix FROM deployments WHERE secret <> ''"
    )
    op.execute("UPDATE deployments SET key_id = id WHERE secret <> ''")
    with op.batch_alter_table("deployments") as batch:
        batch.drop_column("secret_prefix")
        batch.drop_column("secret")


def downgrade() -> None:
    """Give each deployment a copy of its key."""
    op.add_column("deployments", sa.Column("secret", sa.Text(), server_default="", nullable=False))
    op.add_column("deployments", sa.Column("secret_prefix", sa.String(length=16), server_default="", nullable=False))
    op.execute(
        "UPDATE deployments SET secret = (SELECT k.secret FROM deployment_keys k WHERE k.id = deployments.key_id), "
        "secret_prefix = (SELECT k.secret_prefix FROM deployment_keys k WHERE k.id = deployments.key_id) "
        "WHERE key_id IN (SELECT id FROM deployment_keys)"
    )
    with op.batch_alter_table("deployments") as batch:
        batch.drop_column("key_id")
    op.drop_table("switches")
    op.drop_table("deployment_keys")
