"""Spend alerts: who is told, once a month, that an organisation or a project has spent so much."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database, insert_new
from earthshine.errors import EarthshineError
from earthshine.metering.alerts.mail import Mailer
from earthshine.metering.limits.service import spent_this_month
from earthshine.metering.limits.store import Scope
from earthshine.metering.prices.money import PICODOLLARS_PER_CENT, dollars, plain
from earthshine.metering.tables import spend_alert_firings, spend_alerts

log = logging.getLogger(__name__)

_CLAIM_SECONDS = 300
"""For so long the server that began to send a message is trusted to be sending it, before it is tried again."""
_AT_ONCE = 8
"""Messages that are being sent at the same time, so that a slow one does not keep the others waiting."""
_TRIES_SECONDS = 86_400
"""For so long after an alert its message is tried; later it would tell of another day."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert that has gone off."""

    alert: str
    organization: str
    project: str
    """Empty for the whole organisation."""
    month: str
    threshold_amount: int
    """In cents."""
    recipients: Sequence[str]
    subject_prefix: str

    def subject(self) -> str:
        """Return the message's subject."""
        whose = f"project {self.project}" if self.project else f"organization {self.organization}"
        prefix = f"{self.subject_prefix} " if self.subject_prefix else ""
        return f"{prefix}Spend alert: {whose} has reached ${self._threshold()} in {self.month}"

    def text(self, spent: int) -> str:
        """Return the message; `spent` in picodollars."""
        whose = f"The project {self.project}" if self.project else f"The organization {self.organization}"
        return (
            f"{whose} has spent ${plain(dollars(spent))} in {self.month} (UTC).\n"
            f"This alert was set at ${self._threshold()}. It is sent once a month; nothing was stopped.\n"
            "A spend limit is what stops work: see the usage and costs page of the documentation.\n"
        )

    def _threshold(self) -> str:
        return f"{self.threshold_amount // 100}.{self.threshold_amount % 100:02d}"


class SpendAlerts:
    """Looks at what was spent, every few seconds, and tells whom it must; any number of servers do it together."""

    def __init__(self, database: Database, mailer: Mailer | None, *, every: float = 5.0) -> None:
        """Without a `mailer` an alert is a row of the audit trail and a line of the log."""
        self._database = database
        self._mailer = mailer
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="spend alerts")

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def check(self, now: int) -> list[Firing]:
        """Let every alert go off whose threshold was reached; return those that this call let go off.

        The row of a firing is what makes it happen once, whoever looks and however often.
        """
        month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
        async with self._database.read() as connection:
            due = [each for each in await _silent(connection, month) if await _reached(connection, each, now)]
        fired: list[Firing] = []
        if due:
            async with self._database.write() as connection:
                fired = [each for each in due if await _fire(connection, each, now)]
        for each in fired:
            log.warning(
                "spend alert %s: %s has reached %s cents in %s",
                each.alert,
                each.project or each.organization,
                each.threshold_amount,
                each.month,
            )
        return fired

    async def send(self, now: int) -> int:
        """Send the messages that nobody has sent; return how many were. What fails is tried again in five minutes."""
        mailer = self._mailer
        if mailer is None:
            return 0
        async with self._database.read() as connection:
            waiting = [_firing(row) for row in (await connection.execute(_unsent(now))).all()]
        places = asyncio.Semaphore(_AT_ONCE)

        async def send_one(firing: Firing) -> bool:
            async with places:
                try:
                    return await self._send(mailer, firing, now)
                except Exception as error:
                    # One that cannot be sent keeps no other from being sent.
                    known = isinstance(error, EarthshineError)
                    reason = error.message if known else error
                    log.error("spend alert %s could not be sent: %s", firing.alert, reason, exc_info=not known)
                    return False

        return sum(await asyncio.gather(*map(send_one, waiting)))

    async def _send(self, mailer: Mailer, each: Firing, now: int) -> bool:
        """Send the message of one alert, if no other server is sending it; returns whether it was sent."""
        this = and_(
            spend_alert_firings.c.alert == each.alert,
            spend_alert_firings.c.month == each.month,
            spend_alert_firings.c.threshold_amount == each.threshold_amount,
        )
        async with self._database.write() as connection:
            claim = update(spend_alert_firings).where(this, _free(now)).values(claimed_at=now)
            if (await connection.execute(claim)).rowcount == 0:
                return False
            spent = await spent_this_month(connection, each.organization, *_holder(each), now)
        await asyncio.to_thread(mailer.send, each.recipients, each.subject(), each.text(spent))
        async with self._database.write() as connection:
            await connection.execute(update(spend_alert_firings).where(this).values(sent_at=int(time.time())))
        return True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.check(int(time.time()))
                await self.send(int(time.time()))
            except EarthshineError as error:
                log.warning("spend alerts could not be looked at: %s", error.message)
            except Exception:
                log.exception("spend alerts could not be looked at")


async def _silent(connection: Connection, month: str) -> list[Firing]:
    """Return the alerts that have not gone off in this month at their present threshold."""
    same = and_(
        spend_alert_firings.c.alert == spend_alerts.c.id,
        spend_alert_firings.c.month == month,
        spend_alert_firings.c.threshold_amount == spend_alerts.c.threshold_amount,
    )
    silent = ~select(spend_alert_firings.c.alert).where(same).exists()
    rows = (await connection.execute(select(spend_alerts).where(silent))).all()
    return [_of(row, row.id, month) for row in rows]


async def _reached(connection: Connection, firing: Firing, now: int) -> bool:
    spent = await spent_this_month(connection, firing.organization, *_holder(firing), now)
    return spent > 0 and spent >= firing.threshold_amount * PICODOLLARS_PER_CENT


async def _fire(connection: Connection, firing: Firing, now: int) -> bool:
    """Write down that an alert goes off; False when it was written already."""
    row = insert_new(connection, spend_alert_firings).values(
        alert=firing.alert, month=firing.month, threshold_amount=firing.threshold_amount, fired_at=now
    )
    if (await connection.execute(row)).rowcount == 0:
        return False
    system = Caller(key_id="system", project=firing.project, organization=firing.organization)
    details = {"id": firing.alert, "month": firing.month, "threshold_amount": firing.threshold_amount}
    await record(connection, system, "spend_alert.fired", details, project=firing.project)
    return True


def _free(now: int) -> Any:
    claimed = spend_alert_firings.c.claimed_at
    return and_(spend_alert_firings.c.sent_at.is_(None), or_(claimed.is_(None), claimed < now - _CLAIM_SECONDS))


def _unsent(now: int) -> Any:
    return (
        select(spend_alerts, spend_alert_firings.c.month, spend_alert_firings.c.threshold_amount.label("fired_amount"))
        .join(spend_alert_firings, spend_alert_firings.c.alert == spend_alerts.c.id)
        .where(_free(now), spend_alert_firings.c.fired_at > now - _TRIES_SECONDS)
    )


def _firing(row: Row[Any]) -> Firing:
    return _of(row, row.id, row.month, row.fired_amount)


def _of(row: Row[Any], alert: str, month: str, threshold: int | None = None) -> Firing:
    return Firing(
        alert=alert,
        organization=row.organization,
        project=row.project,
        month=month,
        threshold_amount=row.threshold_amount if threshold is None else threshold,
        recipients=tuple(row.recipients),
        subject_prefix=row.subject_prefix or "",
    )


def _holder(firing: Firing) -> tuple[Scope, str]:
    return ("project", firing.project) if firing.project else ("organization", firing.organization)
