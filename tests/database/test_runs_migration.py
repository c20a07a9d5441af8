"""The migration that makes responses runs, with rows of the version before it, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from earthshine.database import migrate

ROWS = (
    "INSERT INTO responses (id, project, caller, status, background, model, created_at, request, input, response, "
    "owner, cancelling, takeovers, accepted_ms, ended_ms) VALUES "
    """('r1', 'p', '{"user": "user_a"}', 'in_progress', true, 'm', 1, '{}', '[]', '', 'inst_1', true, 2, 1500, """
    "NULL), "
    "('r2', 'p', NULL, 'completed', false, 'm', 2, '{}', '[]', '', 'inst_1', false, 0, NULL, 2500)",
    """INSERT INTO response_events (response_id, sequence_number, event, raw, stored_ms) VALUES """
    """('r1', 0, '{"type":"a"}', '', 1), ('r1', 1, '{"type":"b"}', 'b', 2), ('r2', 0, '{"type":"c"}', 'c', 3)""",
)


def check(connection: Connection) -> None:
    """Bring rows of the version before up to date, look at them, and go back."""

    def rows(statement: str) -> list[Any]:
        return [tuple(row) for row in connection.execute(text(statement))]

    migrate.run(connection, "0008")
    for statement in ROWS:
        connection.exec_driver_sql(statement)
    migrate.run(connection)
    assert rows("SELECT id, kind, project, status, background, owner, cancelling, takeovers, created_ms FROM runs") == [
        ("r1", "response", "p", "running", True, "inst_1", True, 2, 1500),
        ("r2", "response", "p", "completed", False, "inst_1", False, 0, 2000),
    ]
    events = rows("SELECT run_id, sequence_number, step FROM run_events ORDER BY run_id, sequence_number")
    assert events == [("r1", 0, 0), ("r1", 1, 0), ("r2", 0, 0)]
    assert rows("SELECT length(raw) FROM run_events ORDER BY run_id, sequence_number") == [(0,), (1,), (1,)]


@pytest.mark.sqlite
def test_responses_become_runs_on_sqlite(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path / 'test.db'}").begin() as connection:
        check(connection)


async def test_responses_become_runs_on_postgresql(postgres_database: str) -> None:
    engine = create_async_engine(postgres_database.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(check)
    await engine.dispose()
