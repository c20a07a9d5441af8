"""Runs with steps: what was kept with responses only (owner, journal) serves all durable work."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_KEPT = ("owner", "cancelling", "takeovers")


def upgrade() -> None:
    """Make each response a run of its id; its events stay where they are, under the run's name."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=True),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("parent_step", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("background", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=True),
        sa.Column("input", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("cancelling", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("takeovers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wake_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_status_wake_ms"), "runs", ["status", "wake_ms"], unique=False)
    op.create_index(op.f("ix_runs_parent_id"), "runs", ["parent_id"], unique=False)
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("repeat", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("usage", sa.JSON(), nullable=True),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_steps")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO runs (id, kind, project, caller, background, status, owner, cancelling, takeovers, created_ms, "
        "ended_ms) SELECT id, 'response', project, caller, background, "
        "CASE WHEN status IN ('queued', 'in_progress') THEN 'running' ELSE status END, owner, cancelling, takeovers, "
        "COALESCE(accepted_ms, created_at * 1000), ended_ms FROM responses"
    )
    _rename_events("response_events", "response_id", "run_events", "run_id")
    op.add_column("run_events", sa.Column("step", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("responses") as batch:
        for column in _KEPT:
            batch.drop_column(column)


def downgrade() -> None:
    """Leave only the runs that are responses, and those without their steps."""
    op.add_column("responses", sa.Column("owner", sa.String(length=64), nullable=True))
    op.add_column("responses", sa.Column("cancelling", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("responses", sa.Column("takeovers", sa.Integer(), server_default="0", nullable=False))
    for column in _KEPT:
        op.execute(
            f"UPDATE responses SET {column} = (SELECT r.{column} FROM runs r WHERE r.id = responses.id) "  # noqa: S608
            "WHERE id IN (SELECT id FROM runs)"
        )
    op.execute("DELETE FROM run_events WHERE run_id NOT IN (SELECT id FROM responses)")
    with op.batch_alter_table("run_events") as batch:
        batch.drop_column("step")
    _rename_events("run_events", "run_id", "response_events", "response_id")
    op.drop_table("run_steps")
    op.drop_index(op.f("ix_runs_parent_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_status_wake_ms"), table_name="runs")
    op.drop_table("runs")


def _rename_events(old: str, old_key: str, new: str, new_key: str) -> None:
    op.rename_table(old, new)
    op.execute(f"ALTER TABLE {new} RENAME COLUMN {old_key} TO {new_key}")
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT pk_{old} TO pk_{new}")
