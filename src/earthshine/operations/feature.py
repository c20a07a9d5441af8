"""Adds what operators need: metrics, readiness, the drain, mails of alerts, and settings that are chosen in the app."""

from __future__ import annotations

import asyncio
import logging

from earthshine.database import Database
from earthshine.engines.pool import Pool
from earthshine.errors import EarthshineError
from earthshine.metering.alerts.mail import Mailer
from earthshine.metering.alerts.spend_alerts import SpendAlerts
from earthshine.operations.alert_mails import AlertMails
from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.operations.collector import ServiceCollector
from earthshine.operations.drain import Drain
from earthshine.operations.readiness import Readiness
from earthshine.operations.routes import router as operations
from earthshine.operations.setting_origins import origins
from earthshine.operations.settings_routes import router as settings_routes
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.telemetry.telemetry import Telemetry

log = logging.getLogger(__name__)

_CHOSEN_SECONDS = 3
"""After which what another server process chose is in force in this one."""


async def _open(services: Services) -> None:
    settings, database, drain = services.get(Settings), services.get(Database), services.get(Drain)
    runs = services.get(Runs)
    services.add(origins(settings))
    chosen = services.add(
        ChosenSettings(database, settings, refresh_every=_CHOSEN_SECONDS if database.shared else None)
    )
    services.on_close(chosen.close)
    await chosen.open()
    services.add(ServiceCollector(services.get(Telemetry).metrics.registry))
    if settings.smtp_url:
        mails = AlertMails(database, runs, Mailer.parse(settings.smtp_url))
        runs.register(mails)
        services.get(SpendAlerts).mails = mails
    services.add(Readiness(database, runs.journal, drain, services.get(Pool)))

    def start() -> None:
        task = asyncio.create_task(_hand_over(drain, runs), name="hand over")
        services.on_close(task.cancel)

    services.on_start(start)


async def _hand_over(drain: Drain, runs: Runs) -> None:
    await drain.begun()
    try:
        await runs.hand_over()
    except EarthshineError as error:
        log.warning("background responses are taken over only when this server has ended: %s", error)


FEATURE = Feature(routers=(operations, settings_routes), open=_open)
