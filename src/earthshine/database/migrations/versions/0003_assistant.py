"""The assistant: chats, what people keep, and search."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what they need."""
    op.create_table(
        "chats",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=512), nullable=False),
        sa.Column("title_source", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=True),
        sa.Column("assistant_id", sa.String(length=64), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("current_turn_id", sa.String(length=64), nullable=True),
        sa.Column("draft", sa.Text(), server_default="", nullable=False),
        sa.Column("draft_updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_chats_project_user_updated_at"), ["project", "user", "updated_at"], unique=False
        )

    op.create_table(
        "chat_shares",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("leaf_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_shares_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_shares")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_chat_shares_token_hash")),
    )
    with op.batch_alter_table("chat_shares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_shares_chat_id"), ["chat_id"], unique=False)

    op.create_table(
        "chat_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_texts_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_texts")),
    )
    with op.batch_alter_table("chat_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_texts_chat_id_turn_id"), ["chat_id", "turn_id"], unique=False)

    op.create_table(
        "chat_turns",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("group_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("response_id", sa.String(length=64), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_turns_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_turns")),
    )
    with op.batch_alter_table("chat_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_turns_chat_id_parent_id"), ["chat_id", "parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_turns_response_id"), ["response_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_turns_settled"), ["settled"], unique=False)


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("chat_turns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_turns_settled"))
        batch_op.drop_index(batch_op.f("ix_chat_turns_response_id"))
        batch_op.drop_index(batch_op.f("ix_chat_turns_chat_id_parent_id"))

    op.drop_table("chat_turns")
    with op.batch_alter_table("chat_texts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_texts_chat_id_turn_id"))

    op.drop_table("chat_texts")
    with op.batch_alter_table("chat_shares", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_shares_chat_id"))

    op.drop_table("chat_shares")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chats_project_user_updated_at"))

    op.drop_table("chats")
