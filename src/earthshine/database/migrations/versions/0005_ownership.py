"""Whose words are whose, who made a key, and which keys follow one another."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_WORDS = ("responses", "conversations", "chat_completions")


def upgrade() -> None:
    """Add what says it, and fill it from what is known of the rows that are there."""
    op.add_column("keys", sa.Column("family", sa.String(length=64), nullable=True))
    op.add_column("keys", sa.Column("made_by", sa.String(length=64), nullable=True))
    op.add_column("service_accounts", sa.Column("created_by", sa.String(length=64), nullable=True))
    op.add_column("ledger", sa.Column("key_family", sa.String(length=64), nullable=True))
    for table in _WORDS:
        op.add_column(table, sa.Column("user", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("responses", sa.Column("in_chat", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "erasures",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_erasures")),
    )
    _note_makers()
    _note_owners()
    _note_families()
    for table in _WORDS:
        op.create_index(op.f(f"ix_{table}_user"), table, ["user"], unique=False)


def downgrade() -> None:
    """Take it away."""
    for table in _WORDS:
        op.drop_index(op.f(f"ix_{table}_user"), table_name=table)
    op.drop_table("erasures")
    with op.batch_alter_table("responses") as batch:
        batch.drop_column("in_chat")
    for table, column in (
        *((table, "user") for table in _WORDS),
        ("ledger", "key_family"),
        ("service_accounts", "created_by"),
        ("keys", "made_by"),
        ("keys", "family"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)


def _note_makers() -> None:
    """A key's row, and that of the audit trail which names its maker, were written together; so a service account's."""
    connection = op.get_bind()
    made = "SELECT resource, actor_user FROM audit_logs WHERE type IN ('api_key.created', 'service_account.created')"
    for row in connection.execute(sa.text(made)).all():
        about = {"id": row.resource, "who": row.actor_user}
        connection.execute(sa.text("UPDATE keys SET made_by = :who WHERE id = :id"), about)
        connection.execute(sa.text("UPDATE service_accounts SET created_by = :who WHERE id = :id"), about)


def _note_owners() -> None:
    """Whoever asked for a response, for the first response in a conversation, or was charged for a completion."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""UPDATE responses SET "user" = coalesce(caller ->> 'user', '') WHERE caller IS NOT NULL""")
    else:
        op.execute(
            """UPDATE responses SET "user" = coalesce(json_extract(caller, '$.user'), '') WHERE caller IS NOT NULL"""
        )
    op.execute("UPDATE responses SET in_chat = true WHERE id IN (SELECT response_id FROM chat_turns)")
    op.execute(
        """UPDATE conversations SET "user" = coalesce((SELECT r."user" FROM responses r
        WHERE r.conversation_id = conversations.id AND r.project = conversations.project
        ORDER BY r.created_at, r.id LIMIT 1), '')"""
    )
    op.execute(
        """UPDATE chat_completions SET "user" = coalesce((SELECT l."user" FROM ledger l
        WHERE l.id = chat_completions.id AND l.project = chat_completions.project), '')"""
    )


def _note_families() -> None:
    """All keys that followed one another have the first one's id as their family, and what was kept of each is its."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, rotated_from FROM keys ORDER BY created_at, id")).all()
    before = {row.id: row.rotated_from for row in rows}
    for key in before:
        first: str = key
        seen = {key}
        while (older := before.get(first)) is not None and older in before and older not in seen:
            first = older
            seen.add(first)
        connection.execute(sa.text("UPDATE keys SET family = :family WHERE id = :key"), {"family": first, "key": key})
        if first != key:
            _merge(connection, key, first)


def _merge(connection: sa.Connection, key: str, family: str) -> None:
    """Move a successor's limits, and add what it spent to what its predecessors spent."""
    for statement in (
        "UPDATE ledger SET key_family = :family WHERE key_id = :key",
        # Of two limits of one kind the successor's stays: it was set later.
        """DELETE FROM limits WHERE scope = 'key' AND scope_id = :family AND EXISTS (
        SELECT 1 FROM limits l WHERE l.scope = 'key' AND l.scope_id = :key AND l.organization = limits.organization
        AND l.kind = limits.kind AND l.model = limits.model)""",
        "UPDATE limits SET scope_id = :family WHERE scope = 'key' AND scope_id = :key",
        """INSERT INTO spend (organization, scope, scope_id, model, day, cost)
        SELECT s.organization, s.scope, CAST(:family AS VARCHAR(64)), s.model, s.day, 0 FROM spend s
        WHERE s.scope = 'key' AND s.scope_id = :key AND NOT EXISTS (
        SELECT 1 FROM spend t WHERE t.organization = s.organization AND t.scope = 'key' AND t.scope_id = :family
        AND t.model = s.model AND t.day = s.day)""",
        """UPDATE spend SET cost = cost + coalesce((SELECT s.cost FROM spend s WHERE s.scope = 'key'
        AND s.scope_id = :key AND s.organization = spend.organization AND s.model = spend.model
        AND s.day = spend.day), 0) WHERE scope = 'key' AND scope_id = :family""",
        "DELETE FROM spend WHERE scope = 'key' AND scope_id = :key",
        "DELETE FROM limit_windows WHERE scope = 'key' AND scope_id = :key",
    ):
        connection.execute(sa.text(statement), {"family": family, "key": key})
