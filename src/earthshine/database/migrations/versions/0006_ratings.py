"""What people think of replies; links that can be copied again; and letters of Urdu folded as the index does now."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_FOLDED = {"ڪ": "ك", "ۃ": "ه", "ے": "ي", "ې": "ي", "ں": "ن"}


def upgrade() -> None:
    """Add them."""
    op.add_column("chat_shares", sa.Column("sealed_token", sa.Text(), nullable=True))
    op.create_table(
        "chat_ratings",
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=256), nullable=False),
        sa.Column("rating", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["chat_turns.id"], name=op.f("fk_chat_ratings_turn_id_chat_turns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_chat_ratings")),
    )
    with op.batch_alter_table("chat_ratings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_ratings_project_created_at_id"), ["project", "created_at", "id"])
    _fold()


def _fold() -> None:
    """Rewrite the words of the few texts that have such letters; the full-text index follows by itself."""
    words = "words"
    some: list[str] = []
    for letter, folded in _FOLDED.items():
        words = f"replace({words}, '{letter}', '{folded}')"
        some.append(f"words LIKE '%{letter}%'")
    op.execute(f"UPDATE chat_texts SET words = {words} WHERE {' OR '.join(some)}")  # noqa: S608


def downgrade() -> None:
    """Take them away."""
    op.drop_table("chat_ratings")
    op.drop_column("chat_shares", "sealed_token")
