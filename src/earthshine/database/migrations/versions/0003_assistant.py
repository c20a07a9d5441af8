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
        "personal_things",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_things")),
    )
    with op.batch_alter_table("personal_things", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_personal_things_project_kind_shared"), ["project", "kind", "shared"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_personal_things_project_kind_user_id"), ["project", "kind", "user", "id"], unique=False
        )

    op.create_table(
        "chat_imports",
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("original_id", sa.String(length=128), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_imports_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project", "user", "source", "original_id", name=op.f("pk_chat_imports")),
    )
    with op.batch_alter_table("chat_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_imports_chat_id"), ["chat_id"], unique=False)

    op.create_table(
        "chat_shares",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("leaf_id", sa.String(length=64), nullable=False),
        sa.Column("include_reasoning", sa.Boolean(), server_default=sa.false(), nullable=False),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
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
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("response_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_turns_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_turns")),
    )
    with op.batch_alter_table("chat_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_turns_chat_id_parent_id"), ["chat_id", "parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_turns_response_id"), ["response_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_turns_settled"), ["settled"], unique=False)

    # Without rebuilding the table, as SQLite would for such a default.
    op.add_column("invites", sa.Column("operates", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("response_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stored_ms", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keeps", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("takeovers", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("accepted_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("begun_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("first_token_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ended_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("error_code", sa.String(length=64), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_responses_project_created_at_id"), ["project", "created_at", "id"], unique=False
        )

    # Without rebuilding the table, as SQLite would for such a default.
    op.add_column("users", sa.Column("operates", sa.Boolean(), server_default=sa.false(), nullable=False))
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        run("DROP TABLE IF EXISTS chat_words")
        # Words come separated by spaces, which must be all that separates them: every other character is part of one.
        run(
            "CREATE VIRTUAL TABLE chat_words USING fts5(scope, words, content='chat_texts', content_rowid='id', "
            "prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'\")"
        )
        added = "INSERT INTO chat_words (rowid, scope, words) VALUES (new.id, new.scope, new.words);"
        removed = (
            "INSERT INTO chat_words (chat_words, rowid, scope, words) VALUES ('delete', old.id, old.scope, old.words);"
        )
        run(f"CREATE TRIGGER chat_texts_added AFTER INSERT ON chat_texts BEGIN {added} END")
        run(f"CREATE TRIGGER chat_texts_removed AFTER DELETE ON chat_texts BEGIN {removed} END")
        run(f"CREATE TRIGGER chat_texts_changed AFTER UPDATE ON chat_texts BEGIN {removed} {added} END")
    else:
        # Not to_tsvector: what its parser takes for a word depends on the database's locale, and here it is settled.
        # Beginnings of up to three characters are words of their own, since looking through all that begin so is slow.
        run(
            r"""
            CREATE OR REPLACE FUNCTION chat_words(scope text, words text) RETURNS tsvector
            LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
                SELECT array_to_tsvector(array_remove(string_to_array(scope, ' ')
                        || array_agg(DISTINCT '^' || left(word, size)), NULL))
                    || coalesce(string_agg(DISTINCT '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''':'
                        || least(place, 16383), ' '), '')::tsvector
                FROM unnest(array_remove(string_to_array(words, ' '), '')) WITH ORDINALITY AS t (word, place)
                CROSS JOIN generate_series(1, 3) AS size
            $$
            """
        )
        run("ALTER TABLE chat_texts ADD COLUMN vector tsvector GENERATED ALWAYS AS (chat_words(scope, words)) STORED")
        run("CREATE INDEX ix_chat_texts_vector ON chat_texts USING gin (vector) WITH (fastupdate = off)")


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("operates")

    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_responses_project_created_at_id"))
        batch_op.drop_column("error_code")
        batch_op.drop_column("ended_ms")
        batch_op.drop_column("first_token_ms")
        batch_op.drop_column("begun_ms")
        batch_op.drop_column("accepted_ms")
        batch_op.drop_column("takeovers")
        batch_op.drop_column("keeps")

    with op.batch_alter_table("response_events", schema=None) as batch_op:
        batch_op.drop_column("stored_ms")

    with op.batch_alter_table("invites", schema=None) as batch_op:
        batch_op.drop_column("operates")

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
    with op.batch_alter_table("chat_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_imports_chat_id"))

    op.drop_table("chat_imports")
    with op.batch_alter_table("personal_things", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_things_project_kind_user_id"))
        batch_op.drop_index(batch_op.f("ix_personal_things_project_kind_shared"))

    op.drop_table("personal_things")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chats_project_user_updated_at"))

    op.drop_table("chats")
