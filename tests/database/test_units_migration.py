"""The migrations that add units to the ledger and make mails of alerts runs, with rows of before, on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from earthshine.database import migrate

_LEDGER = (
    'id, created_at, organization, project, key_id, "user", model, deployment, endpoint, requests, input_tokens, '
    "cached_tokens, output_tokens, reasoning_tokens, input_cost, cached_cost, output_cost, time_cost, cost, partial"
)
ROWS = (
    f"INSERT INTO ledger ({_LEDGER}) VALUES "
    "('resp_1', 86400, 'o', 'p', 'k', '', 'm', 'm', 'responses', 1, 9, 1, 2, 0, 3, 1, 4, 5, 13, false)",
    "INSERT INTO ledger_summed_days (organization, day, rows) VALUES ('o', 1, 1)",
    "INSERT INTO spend_alerts (id, organization, project, threshold_amount, recipients, subject_prefix, created_at) "
    """VALUES ('a', 'o', '', 250, '["ops@example.org"]', NULL, 1), ('b', 'o', 'p', 1, '["x@example.org"]', '!', 1)""",
    "INSERT INTO spend_alert_firings (alert, month, threshold_amount, fired_at, claimed_at, sent_at) VALUES "
    "('a', '2026-11', 250, 100000, 100001, NULL), ('b', '2026-11', 1, 100000, 100001, 100002), "
    "('b', '2026-10', 1, 10, 11, NULL), ('a', '2026-11', 2, 100000, NULL, NULL)",
)


def check(connection: Connection) -> None:
    """Bring rows of the version before up to date, and look at them."""

    def rows(statement: str) -> list[Any]:
        return [tuple(row) for row in connection.execute(text(statement))]

    migrate.run(connection, "0009")
    for statement in ROWS:
        connection.exec_driver_sql(statement)
    migrate.run(connection)
    assert rows("SELECT id, cost, unit, quantity, unit_cost, milliseconds, parent_id FROM ledger") == [
        ("resp_1", 13, "tokens", 0, 0, 0, None)
    ]
    assert rows("SELECT * FROM ledger_summed_days") == [], "sums without units begin anew"
    # What was tried, not taken and is not a day old; without a mail server nothing was ever tried.
    ((run, kind, status, given),) = rows("SELECT id, kind, status, input FROM runs")
    assert (run, kind, status) == ("mail_a_250", "spend_alert_mail", "queued")
    firing = json.loads(given) if isinstance(given, str) else given
    assert (firing["alert"], firing["recipients"], firing["spent"]) == ("a", ["ops@example.org"], 250 * 10**10)
    assert len(rows("SELECT alert FROM spend_alert_firings")) == 4


@pytest.mark.sqlite
def test_rows_of_before_are_kept_on_sqlite(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path / 'test.db'}").begin() as connection:
        check(connection)


async def test_rows_of_before_are_kept_on_postgresql(postgres_database: str) -> None:
    engine = create_async_engine(postgres_database.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(check)
    await engine.dispose()
