"""Spend alerts: by the official SDK, once a month, and by mail."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from openai import NotFoundError
from sqlalchemy import insert, select

from earthshine.accounts.tables import audit_logs
from earthshine.errors import InvalidRequest, UpstreamFailed
from earthshine.metering.alerts.mail import Mailer
from earthshine.metering.alerts.spend_alerts import SpendAlerts
from earthshine.metering.tables import spend
from tests.metering.alerts.smtp_server import open_inbox
from tests.metering.reports_app import OTHER, Reports

CENT = 10**10
NOW = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
CHANNEL: Any = {"type": "email", "recipients": ["ops@example.org", "مدير@example.org"], "subject_prefix": "[تنبيه]"}
ALERT: Any = {"currency": "USD", "interval": "month", "notification_channel": CHANNEL}


async def spent(reports: Reports, cents: int, *, day: int = NOW // 86_400, project: str = "default") -> None:
    """Write what the ledger's sums say of a day."""
    async with reports.database.write() as connection:
        for scope, scope_id in (("organization", "default"), ("project", project)):
            row = {"organization": "default", "scope": scope, "scope_id": scope_id, "model": f"m{time.time_ns()}"}
            await connection.execute(insert(spend).values(**row, day=day, cost=cents * CENT))


async def test_the_sdk_manages_alerts(reports: Reports) -> None:
    alerts = reports.organization.spend_alerts
    made = [await alerts.create(threshold_amount=amount, **ALERT) for amount in (100, 200, 300)]
    assert made[0].notification_channel.recipients == CHANNEL["recipients"]
    assert [each.id async for each in alerts.list()] == [each.id for each in made]
    assert [each.id async for each in alerts.list(limit=1, order="desc")] == [each.id for each in reversed(made)]
    page = await alerts.list(limit=1, before=made[2].id)
    assert [each.id for each in page.data] == [made[1].id]
    changed = await alerts.update(made[0].id, **{**ALERT, "threshold_amount": 150})
    assert changed.threshold_amount == 150
    assert (await alerts.retrieve(made[0].id)).threshold_amount == 150
    assert (await alerts.delete(made[0].id)).deleted
    with pytest.raises(NotFoundError):
        await alerts.retrieve(made[0].id)
    projects = reports.organization.projects.spend_alerts
    own = await projects.create("proj_a", threshold_amount=5, **ALERT)
    assert own.object == "project.spend_alert"
    assert [each.id async for each in projects.list("proj_a")] == [own.id]
    assert (await projects.retrieve(own.id, project_id="proj_a")).id == own.id
    assert (await projects.update(own.id, project_id="proj_a", threshold_amount=6, **ALERT)).threshold_amount == 6
    for elsewhere in ("default", "proj_other"):
        with pytest.raises(NotFoundError):
            await projects.retrieve(own.id, project_id=elsewhere)
    with pytest.raises(NotFoundError):
        await alerts.retrieve(own.id)
    assert (await projects.delete(own.id, project_id="proj_a")).deleted
    reports.signed.caller = OTHER
    assert [each async for each in alerts.list()] == []
    async with reports.database.read() as connection:
        events = (await connection.execute(select(audit_logs.c.type).order_by(audit_logs.c.id))).scalars().all()
    assert sorted(events) == ["spend_alert.created"] * 4 + ["spend_alert.deleted"] * 2 + ["spend_alert.updated"] * 2


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"threshold_amount": -1}, "threshold_amount"),
        ({"threshold_amount": 1.5}, "threshold_amount"),
        ({"threshold_amount": 10**12}, "threshold_amount"),
        ({"currency": "EUR"}, "currency"),
        ({"notification_channel": {"type": "email", "recipients": []}}, "notification_channel.recipients"),
        (
            {"notification_channel": {"type": "email", "recipients": ["a@b\r\nBcc: c@d"]}},
            "notification_channel.recipients[0]",
        ),
        *(
            (
                {"notification_channel": {"type": "email", "recipients": ["a@b"], "subject_prefix": f"a{end}b"}},
                "notification_channel.subject_prefix",
            )
            for end in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
        ),
    ],
)
async def test_refuses_by_name(sqlite_reports: Reports, change: dict[str, Any], param: str) -> None:
    body = {**ALERT, "threshold_amount": 1, **change}
    reply = await sqlite_reports.http.post("/v1/organization/spend_alerts", json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


async def test_goes_off_once_a_month_and_threshold(reports: Reports) -> None:
    alert = await reports.organization.spend_alerts.create(threshold_amount=100, **ALERT)
    await reports.organization.projects.spend_alerts.create("proj_a", threshold_amount=30, **ALERT)
    watchers = [SpendAlerts(reports.database) for _ in range(3)]
    await spent(reports, 99)
    await spent(reports, 5_000, day=NOW // 86_400 - 22)  # in October
    assert await watchers[0].check(NOW) == []
    await spent(reports, 1)
    # Three servers look at the same moment.
    fired = [each for found in await asyncio.gather(*(each.check(NOW) for each in watchers)) for each in found]
    assert [each.alert for each in fired] == [alert.id]
    assert await watchers[0].check(NOW) == []
    await reports.organization.spend_alerts.update(alert.id, **{**ALERT, "threshold_amount": 90})
    assert [each.threshold_amount for each in await watchers[0].check(NOW)] == [90]
    december = NOW + 10 * 86_400
    assert await watchers[0].check(december) == []
    await spent(reports, 90, day=december // 86_400, project="proj_a")
    assert sorted(each.project for each in await watchers[0].check(december)) == ["", "proj_a"]
    async with reports.database.read() as connection:
        rows = select(audit_logs.c.type).where(audit_logs.c.type == "spend_alert.fired")
        assert len((await connection.execute(rows)).all()) == 4


async def test_a_password_never_travels_in_the_clear() -> None:
    async with open_inbox() as inbox:
        mailer = Mailer.parse(f"smtp://user:secret@127.0.0.1:{inbox.port}")
        with pytest.raises(UpstreamFailed, match="no encryption") as refused:
            await asyncio.to_thread(mailer.send, ["a@example.org"], "s", "t")
        assert "AUTH" not in inbox.commands
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://h:99999", "smtp://h?to=a@b", "smtp://h?from=me"])
def test_refuses_mail_servers_that_are_none(url: str) -> None:
    with pytest.raises(InvalidRequest):
        Mailer.parse(url)
