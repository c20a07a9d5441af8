"""Charges in other units than a model's tokens, and of parts of a run."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ADDED = ("milliseconds", "quantity", "unit_cost")
_SUMS = (
    "requests",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "input_cost",
    "cached_cost",
    "output_cost",
    "time_cost",
    "cost",
    "hosted_cost",
    "hosted_requests",
    "partial_requests",
    "estimated_requests",
)


def upgrade() -> None:
    """Add the columns; sums of days, which can be had from the ledger at any time, begin anew."""
    op.add_column("ledger", sa.Column("parent_id", sa.String(length=64), nullable=True))
    op.add_column("ledger", sa.Column("unit", sa.String(length=32), server_default="tokens", nullable=False))
    for name in _ADDED:
        op.add_column("ledger", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(op.f("ix_ledger_parent_id"), "ledger", ["parent_id"], unique=False)
    _make_days(["unit"], _ADDED)


def downgrade() -> None:
    """Leave only what models did; what other units cost is gone from reports."""
    _make_days([], ())
    op.execute("DELETE FROM ledger WHERE unit <> 'tokens'")
    op.drop_index(op.f("ix_ledger_parent_id"), table_name="ledger")
    with op.batch_alter_table("ledger") as batch:
        for name in (*_ADDED, "unit", "parent_id"):
            batch.drop_column(name)


def _make_days(keys: list[str], counts: tuple[str, ...]) -> None:
    op.drop_table("ledger_days")
    op.execute("DELETE FROM ledger_summed_days")
    names = ["project", "key_id", "user", "model", "endpoint", *keys]
    lengths = {"model": 256, "endpoint": 32, "unit": 32}
    op.create_table(
        "ledger_days",
        sa.Column("organization", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(length=lengths.get(name, 64)), nullable=False) for name in names),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in (*_SUMS, *counts)),
        sa.PrimaryKeyConstraint("organization", "day", *names, name=op.f("pk_ledger_days")),
    )
