"""Spend alerts: who is told, once a month, that an organisation or a project has spent so much."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Row, and_, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database, insert_new
from earthshine.metering.limits.service import spent_this_month
from earthshine.metering.limits.store import Scope
from earthshine.metering.prices.money import PICODOLLARS_PER_CENT, dollars, plain
from earthshine.metering.tables import spend_alert_firings, spend_alerts
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)


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
    spent: int = 0
    """Picodollars, when it went off."""

    def subject(self) -> str:
        """Return the message's subject."""
        whose = f"project {self.project}" if self.project else f"organization {self.organization}"
        prefix = f"{self.subject_prefix} " if self.subject_prefix else ""
        return f"{prefix}Spend alert: {whose} has reached ${self._threshold()} in {self.month}"

    def text(self) -> str:
        """Return the message."""
        whose = f"The project {self.project}" if self.project else f"The organization {self.organization}"
        return (
            f"{whose} has spent ${plain(dollars(self.spent))} in {self.month} (UTC).\n"
            f"This alert was set at ${self._threshold()}. It is sent once a month; nothing was stopped.\n"
            "A spend limit is what stops work: see the usage and costs page of the documentation.\n"
        )

    def _threshold(self) -> str:
        return f"{self.threshold_amount // 100}.{self.threshold_amount % 100:02d}"


class Mails(Protocol):
    """What sends messages."""

    async def queue(self, connection: Connection, firing: Firing) -> None:
        """Have one sent when this transaction is committed."""
        ...

    def wake(self) -> None:
        """Begin with what was queued; does not wait."""
        ...


class SpendAlerts:
    """Looks at what was spent, every few seconds, and tells whom it must; any number of servers do it together."""

    def __init__(self, database: Database, mails: Mails | None = None, *, every: float = 5.0) -> None:
        """Look every so many seconds, from `start` on."""
        self._database = database
        self.mails = mails
        """What sends messages; without it an alert is a row of the audit trail and a line of the log."""
        self._looks = Periodic("spend alerts", self._look, every, jitter=0.1)

    def start(self) -> None:
        """Begin to look."""
        self._looks.start()

    async def close(self) -> None:
        """Stop looking."""
        await self._looks.close()

    async def check(self, now: int) -> list[Firing]:
        """Let every alert go off whose threshold was reached; return those that this call let go off.

        The row of a firing is what makes it happen once, whoever looks and however often.
        """
        month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
        async with self._database.read() as connection:
            silent = [await _with_spent(connection, each, now) for each in await _silent(connection, month)]
        due = [each for each in silent if 0 < each.spent >= each.threshold_amount * PICODOLLARS_PER_CENT]
        fired: list[Firing] = []
        if due:
            async with self._database.write() as connection:
                fired = [each for each in due if await _fire(connection, each, now)]
                if self.mails is not None:
                    for each in fired:
                        await self.mails.queue(connection, each)
        if fired and self.mails is not None:
            self.mails.wake()
        for each in fired:
            log.warning(
                "spend alert %s: %s has reached %s cents in %s",
                each.alert,
                each.project or each.organization,
                each.threshold_amount,
                each.month,
            )
        return fired

    async def _look(self) -> None:
        await self.check(int(time.time()))


async def _silent(connection: Connection, month: str) -> list[Firing]:
    """Return the alerts that have not gone off in this month at their present threshold."""
    same = and_(
        spend_alert_firings.c.alert == spend_alerts.c.id,
        spend_alert_firings.c.month == month,
        spend_alert_firings.c.threshold_amount == spend_alerts.c.threshold_amount,
    )
    silent = ~select(spend_alert_firings.c.alert).where(same).exists()
    rows = (await connection.execute(select(spend_alerts).where(silent))).all()
    return [_silent_one(row, month) for row in rows]


async def _with_spent(connection: Connection, firing: Firing, now: int) -> Firing:
    return replace(firing, spent=await spent_this_month(connection, firing.organization, *_holder(firing), now))


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


def _silent_one(row: Row[Any], month: str) -> Firing:
    return Firing(
        alert=row.id,
        organization=row.organization,
        project=row.project,
        month=month,
        threshold_amount=row.threshold_amount,
        recipients=tuple(row.recipients),
        subject_prefix=row.subject_prefix or "",
    )


def _holder(firing: Firing) -> tuple[Scope, str]:
    return ("project", firing.project) if firing.project else ("organization", firing.organization)
