"""Mails of spend alerts, as runs: queued with the alert's going off, tried for a day, and never sent twice.

A mail server cannot be asked whether it took a message. So one whose sending was cut, by the death of this process or
of the connection, is not sent again: the audit trail and the log say that it may have arrived.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from functools import partial
from typing import Any

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError
from earthshine.metering.alerts.mail import Mailer, MaySent
from earthshine.metering.alerts.spend_alerts import Firing
from earthshine.runs import Cut, Done, NewRun, Run, Runs, StepRecord
from earthshine.runs.endings import LimitReached
from earthshine.runs.records import Limits, Status

log = logging.getLogger(__name__)

KIND = "spend_alert_mail"
AGAIN_SECONDS = 300.0
"""Between two tries of a message that was not taken."""
_TRIES_SECONDS = 86_400
"""For so long a message is tried; later it would tell of another day."""


class AlertMails:
    """The kind of run that sends one message."""

    name = KIND
    at_once = 8
    """So that a slow mail server does not keep the others waiting."""

    def __init__(self, database: Database, runs: Runs, mailer: Mailer, *, again: float = AGAIN_SECONDS) -> None:
        self._database = database
        self._runs = runs
        self._mailer = mailer
        self._again = again

    async def queue(self, connection: Connection, firing: Firing) -> None:
        """Have a message sent when this transaction is committed; call `wake` then."""
        system = Caller(key_id="system", project=firing.project, organization=firing.organization)
        run = NewRun(KIND, system, asdict(firing), limits=Limits(seconds=_TRIES_SECONDS))
        await self._runs.queue(connection, run)

    def wake(self) -> None:
        """Begin with what was queued; does not wait."""
        self._runs.wake()

    async def perform(self, run: Run) -> None:
        """Send the message; one that was not taken is tried again, until it is or tells of another day."""
        firing = Firing(**(run.record.input or {}))
        while True:
            try:
                await run.step("send", partial(self._send, firing), repeat="never")
                return
            except LimitReached:
                raise
            except EarthshineError as error:
                log.warning("spend alert %s is not sent yet: %s", firing.alert, error.message)
            await run.sleep("wait", self._again)

    async def _send(self, firing: Firing, step: StepRecord) -> Done:
        try:
            await asyncio.to_thread(self._mailer.send, firing.recipients, firing.subject(), firing.text())
        except MaySent as error:
            await self._report(firing, error.message)
        return Done()

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Report a message that was on its way when its process ended: it counts as sent."""
        await self._report(Firing(**(run.record.input or {})), "The server that was sending it ended.")
        return Done()

    async def _report(self, firing: Firing, reason: str) -> None:
        log.error("spend alert %s may or may not have been sent, and is not sent again: %s", firing.alert, reason)
        system = Caller(key_id="system", project=firing.project, organization=firing.organization)
        details = {"id": firing.alert, "month": firing.month, "reason": reason}
        async with self._database.write() as connection:
            await record(connection, system, "spend_alert.unsure", details, project=firing.project)

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store the end."""
        if error is not None:
            log.error("spend alert %s was not sent: %s", (run.record.input or {}).get("alert"), error.message)
        await run.end(status, error=error)
