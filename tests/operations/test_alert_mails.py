"""Mails of spend alerts as runs: until they are taken, never twice, and said to be unsure where nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import insert, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.tables import audit_logs
from earthshine.database import Database
from earthshine.metering.alerts.mail import Mailer
from earthshine.metering.alerts.spend_alerts import Firing, SpendAlerts
from earthshine.metering.tables import spend, spend_alerts
from earthshine.operations.alert_mails import KIND, AlertMails
from earthshine.runs import NewRun
from earthshine.runs.records import StepRecord
from earthshine.runs.steps import begin_step
from earthshine.runs.tables import runs
from tests.metering.alerts.smtp_server import Inbox, open_inbox
from tests.patience import PATIENCE
from tests.runs.workers import Worker, worker

NOW = 1_795_000_000
TO = ("ops@example.org", "مدير@example.org")
FIRING = Firing("alert_1", "default", "", "2026-11", 100, TO, "[تنبيه]", 123 * 10**10)
"""What `alert()` makes go off."""


@pytest.fixture
async def inbox() -> AsyncGenerator[Inbox]:
    async with open_inbox() as opened:
        yield opened


def mails(worker: Worker, inbox: Inbox, again: float = 0.05) -> AlertMails:
    mailer = Mailer.parse(f"smtp://127.0.0.1:{inbox.port}?from=earthshine@example.org")
    kind = AlertMails(worker.database, worker.runs, mailer, again=again)
    worker.runs.register(kind)
    return kind


async def alert(database: Database, name: str = "alert_1", **given: Any) -> None:
    """Set an alert whose threshold is reached."""
    row = {"id": name, "organization": "default", "project": "", "threshold_amount": 100, "created_at": 1}
    row |= {"recipients": list(TO), "subject_prefix": FIRING.subject_prefix, **given}
    async with database.write() as connection:
        await connection.execute(insert(spend_alerts).values(**row))
        if name == "alert_1":
            whose = {"organization": "default", "scope": "organization", "scope_id": "default", "model": "m"}
            await connection.execute(insert(spend).values(**whose, day=NOW // 86_400, cost=FIRING.spent))


async def ended(worker: Worker) -> dict[str, str]:
    """Return the alerts and how their messages' runs ended, when all have."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with worker.database.read() as connection:
                rows = (await connection.execute(select(runs.c.input, runs.c.status).where(runs.c.kind == KIND))).all()
            if all(row.status in ("completed", "failed") for row in rows):
                return {row.input["alert"]: row.status for row in rows}
            await asyncio.sleep(0.02)


async def unsure(database: Database) -> list[Any]:
    async with database.read() as connection:
        rows = select(audit_logs.c.resource).where(audit_logs.c.type == "spend_alert.unsure")
        return list(await connection.scalars(rows))


async def test_a_message_is_tried_until_it_is_taken(database: Database, inbox: Inbox) -> None:
    async with worker(database) as performing:
        watcher = SpendAlerts(database, mails(performing, inbox))
        await alert(database)
        await performing.runs.open()
        inbox.full = True
        assert await asyncio.gather(watcher.check(NOW), watcher.check(NOW)) in ([[FIRING], []], [[], [FIRING]])
        async with asyncio.timeout(PATIENCE):
            while inbox.commands.count("DATA") < 3:
                await asyncio.sleep(0.02)
        inbox.full = False
        assert await ended(performing) == {"alert_1": "completed"}
        (message,) = inbox.messages
    # A long encoded word is folded onto the header's second line.
    assert message["Subject"].strip() == "[تنبيه] Spend alert: organization default has reached $1.00 in 2026-11"
    assert inbox.recipients[-1] == list(TO)
    assert "has spent $1.23 in 2026-11" in message.get_content()
    assert await unsure(database) == []


async def test_one_that_cannot_be_sent_keeps_no_other_waiting(database: Database, inbox: Inbox) -> None:
    async with worker(database) as performing:
        watcher = SpendAlerts(database, mails(performing, inbox))
        await alert(database)
        # As an earlier version took them: what no header can have, and what is no list of addresses.
        await alert(database, "alert_2", subject_prefix="a\u2028b")
        await alert(database, "alert_3", recipients=[7])
        await performing.runs.open()
        assert len(await watcher.check(NOW)) == 3
        states = await ended(performing)
    assert states == {"alert_1": "completed", "alert_2": "completed", "alert_3": "failed"}
    assert len(inbox.messages) == 2


async def test_a_broken_connection_leaves_it_open_and_nothing_is_sent_twice(database: Database, inbox: Inbox) -> None:
    inbox.cut = True
    async with worker(database) as performing:
        kind = mails(performing, inbox)
        await performing.runs.open()
        async with database.write() as connection:
            await kind.queue(connection, FIRING)
        kind.wake()
        assert await ended(performing) == {"alert_1": "completed"}
    assert inbox.commands.count("DATA") == 1
    assert await unsure(database) == ["alert_1"]


async def test_a_process_that_died_while_sending_leaves_it_open(database: Database, inbox: Inbox) -> None:
    async with worker(database) as dead, database.write() as connection:
        run_id = await dead.runs.queue(connection, NewRun(KIND, Caller("system", ""), asdict(FIRING)))
        await begin_step(connection, StepRecord(run_id, 0, "send", "never"))
    async with worker(database) as performing:
        mails(performing, inbox)
        await performing.runs.open()
        assert await ended(performing) == {"alert_1": "completed"}
    assert inbox.commands == []
    assert await unsure(database) == ["alert_1"]


async def test_what_was_not_taken_for_a_day_is_given_up(database: Database, inbox: Inbox) -> None:
    inbox.full = True
    async with worker(database) as performing:
        kind = mails(performing, inbox)
        async with database.write() as connection:
            await kind.queue(connection, FIRING)
            await connection.execute(runs.update().values(created_ms=1))
        await performing.runs.open()
        assert await ended(performing) == {"alert_1": "failed"}
    assert inbox.commands == []
