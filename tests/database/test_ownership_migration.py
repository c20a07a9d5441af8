"""The migration that says whose words are whose, with rows of the version before it, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from earthshine.database import migrate

ROWS = (
    "INSERT INTO audit_logs (id, organization, project, type, effective_at, actor, actor_user, actor_email, resource, "
    "details) VALUES ('a1', 'o', 'p', 'api_key.created', 1, 'sess_1', 'user_a', '', 'k1', '{}'), "
    "('a2', 'o', 'p', 'api_key.created', 1, 'sess_1', 'user_b', '', 'k2', '{}'), "
    "('a3', 'o', 'p', 'service_account.created', 1, 'sess_1', 'user_a', '', 's1', '{}')",
    "INSERT INTO keys (id, hash, prefix, project, name, created_at, rotated_from) VALUES "
    "('k1', 'h1', 'p', 'p', 'n', 1, NULL), ('k2', 'h2', 'p', 'p', 'n', 2, 'k1'), "
    "('k3', 'h3', 'p', 'p', 'n', 3, 'k2'), ('k9', 'h9', 'p', 'p', 'n', 1, NULL)",
    "INSERT INTO service_accounts (id, project, name, role, created_at) VALUES ('s1', 'p', 'n', 'member', 1)",
    "INSERT INTO responses (id, project, caller, status, background, model, created_at, conversation_id, request, "
    "input, response) VALUES "
    """('r1', 'p', '{"user": "user_a"}', 'completed', false, 'm', 1, 'c1', '{}', '[]', ''), """
    """('r2', 'p', '{"user": "user_b"}', 'completed', false, 'm', 2, 'c1', '{}', '[]', ''), """
    "('r3', 'p', NULL, 'completed', false, 'm', 2, NULL, '{}', '[]', '')",
    "INSERT INTO conversations (id, project, created_at, metadata, next_position) VALUES "
    "('c1', 'p', 1, '{}', 0), ('c2', 'p', 1, '{}', 0)",
    "INSERT INTO chat_completions (id, project, model, created_at, metadata, completion, messages) VALUES "
    "('d1', 'p', 'm', 1, '{}', '', ''), ('d2', 'p', 'm', 1, '{}', '', '')",
    'INSERT INTO chats (id, project, "user", title, title_source, created_at, updated_at, settings) VALUES '
    "('chat1', 'p', 'user_b', 't', 'person', 1, 1, '{}')",
    "INSERT INTO chat_turns (id, chat_id, created_at, caller, input, request, response_id) VALUES "
    "('t1', 'chat1', 1, '{}', '[]', '{}', 'r2')",
    "INSERT INTO limits (id, organization, scope, scope_id, kind, model, amount, created_at) VALUES "
    "('l1', 'o', 'key', 'k1', 'requests_per_day', '', 5, 1), ('l3', 'o', 'key', 'k3', 'requests_per_day', '', 7, 2), "
    "('l2', 'o', 'key', 'k2', 'spend_per_day', '', 9, 1)",
    "INSERT INTO spend (organization, scope, scope_id, model, day, cost) VALUES ('o', 'key', 'k1', 'm', 1, 10), "
    "('o', 'key', 'k2', 'm', 1, 20), ('o', 'key', 'k3', 'm', 2, 40), ('o', 'key', 'k9', 'm', 1, 80), "
    "('o', 'user', 'k2', 'm', 1, 1)",
)
LEDGER = (
    'INSERT INTO ledger (id, created_at, organization, project, key_id, "user", model, deployment, endpoint, '
    "requests, input_tokens, cached_tokens, output_tokens, reasoning_tokens, input_cost, cached_cost, output_cost, "
    "time_cost, cost, partial) VALUES ('d1', 1, 'o', 'p', 'k2', 'user_a', 'm', 'm', 'chat.completions', "
    "1, 1, 0, 1, 0, 0, 0, 0, 0, 0, false)"
)


def check(connection: Connection) -> None:
    """Bring rows of the version before up to date, and look at them."""

    def column(statement: str) -> list[Any]:
        return [tuple(row) for row in connection.execute(text(statement))]

    migrate.run(connection, "0004")
    for statement in (*ROWS, LEDGER):
        connection.exec_driver_sql(statement)
    migrate.run(connection)
    keys = column("SELECT id, family, made_by FROM keys ORDER BY id")
    assert keys == [("k1", "k1", "user_a"), ("k2", "k1", "user_b"), ("k3", "k1", None), ("k9", "k9", None)]
    assert column("SELECT created_by FROM service_accounts") == [("user_a",)]
    words = column('SELECT id, "user", in_chat FROM responses ORDER BY id')
    assert words == [("r1", "user_a", False), ("r2", "user_b", True), ("r3", "", False)]
    assert column('SELECT id, "user" FROM conversations ORDER BY id') == [("c1", "user_a"), ("c2", "")]
    assert column('SELECT id, "user" FROM chat_completions ORDER BY id') == [("d1", "user_a"), ("d2", "")]
    assert column("SELECT key_id, key_family FROM ledger") == [("k2", "k1")]
    limits = column("SELECT scope_id, kind, amount FROM limits ORDER BY kind")
    assert limits == [("k1", "requests_per_day", 7), ("k1", "spend_per_day", 9)]
    spent = column("SELECT scope, scope_id, day, cost FROM spend ORDER BY scope, scope_id, day")
    assert spent == [("key", "k1", 1, 30), ("key", "k1", 2, 40), ("key", "k9", 1, 80), ("user", "k2", 1, 1)]


@pytest.mark.sqlite
def test_rows_of_before_get_their_owners_on_sqlite(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path / 'test.db'}").begin() as connection:
        check(connection)


async def test_rows_of_before_get_their_owners_on_postgresql(postgres_database: str) -> None:
    engine = create_async_engine(postgres_database.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.run_sync(check)
    await engine.dispose()
