"""Batches: files of requests that are answered when nobody else waits, and which rows of the ledger are theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

_MOMENTS = ("in_progress_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at")
_SUMS = (
    *("requests", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "milliseconds", "quantity"),
    *("input_cost", "cached_cost", "output_cost", "time_cost", "unit_cost", "cost", "hosted_cost"),
    *("hosted_requests", "partial_requests", "estimated_requests"),
)
_COUNTS = ("completed", "failed", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")


def upgrade() -> None:
    """Make the tables, and tell batches apart in the ledger; its sums by day are made anew when they are asked for."""
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("dialect", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.String(length=64), nullable=False),
        sa.Column("input_file_id", sa.String(length=64), nullable=False),
        sa.Column("output_expires_after", sa.JSON()),
        sa.Column("metadata", sa.JSON()),
        sa.Column("model", sa.String(length=256)),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("errors", sa.JSON()),
        sa.Column("total", sa.Integer()),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in _COUNTS),
        sa.Column("output_file_id", sa.String(length=64)),
        sa.Column("error_file_id", sa.String(length=64)),
        *(sa.Column(name, sa.BigInteger()) for name in (*_MOMENTS, "cancelled_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(op.f("ix_batches_project_id"), "batches", ["project", "id"], unique=False)
    op.create_index(op.f("ix_batches_user"), "batches", ["user"], unique=False)
    op.create_table(
        "batch_results",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS[2:]),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_batch_results")),
    )
    op.add_column("ledger", sa.Column("batch", sa.Boolean(), server_default=sa.false(), nullable=False))
    _make_days(sa.Column("batch", sa.Boolean(), nullable=False))


def downgrade() -> None:
    """Forget them."""
    _make_days()
    op.drop_column("ledger", "batch")
    op.drop_table("batch_results")
    op.drop_table("batches")


def _make_days(*more: "sa.Column[bool]") -> None:
    """Make the table of sums anew, with another primary key."""
    op.drop_table("ledger_days")
    op.execute("DELETE FROM ledger_summed_days")
    keys = {"project": 64, "key_id": 64, "user": 64, "model": 256, "endpoint": 32, "unit": 32}
    op.create_table(
        "ledger_days",
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(length=length), nullable=False) for name, length in keys.items()),
        *more,
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint(
            "organization", "day", *keys, *(each.name for each in more), name=op.f("pk_ledger_days")
        ),
    )
