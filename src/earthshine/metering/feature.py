"""Adds limits, prices, the meter with its ledger, reports, and alerts."""

from __future__ import annotations

from earthshine.database import Database
from earthshine.instances import Instances
from earthshine.metering.alerts.routes import router as alert_routes
from earthshine.metering.alerts.spend_alerts import SpendAlerts
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.ledger.writer import Ledger
from earthshine.metering.limits.local_counters import LocalCounters
from earthshine.metering.limits.model_permission_routes import router as model_permissions
from earthshine.metering.limits.routes import router as limit_routes
from earthshine.metering.limits.shared_counters import SharedCounters
from earthshine.metering.limits.store import Limits
from earthshine.metering.meter import Meter
from earthshine.metering.model_directory import ModelDirectory
from earthshine.metering.prices.price import Prices
from earthshine.metering.reports.routes import router as usage
from earthshine.metering.usage_estimate import Served
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.telemetry.telemetry import Telemetry

_LIMITS_SECONDS = 0.5
"""After which what another server process changed is in force in this one."""


async def _open(services: Services) -> None:
    settings, database = services.get(Settings), services.get(Database)
    limits = services.add(Limits(database, refresh_every=_LIMITS_SECONDS if database.shared else None))
    services.on_close(limits.close)
    await limits.open()
    prices = services.add(Prices({name: price.model_dump() for name, price in settings.prices.items()}))
    counters = SharedCounters(database, services.get(Instances)) if database.shared else LocalCounters(database)
    ledger = Ledger(database, counters, Spool(settings.data / "spool"), interval=settings.ledger_interval)
    services.on_close(ledger.close)

    def served(model: str) -> Served:
        # What serves models is opened after this.
        return services.get(ModelDirectory).served(model)

    meter = services.add(
        Meter(
            limits,
            prices,
            counters,
            ledger,
            served,
            default_output=settings.default_output_limit,
            batch_discount=settings.batch_discount,
        )
    )
    meter.on_settled = services.get(Telemetry).metrics.settled
    await ledger.open()
    alerts = services.add(SpendAlerts(database))
    services.on_close(alerts.close)
    services.on_start(alerts.start)


FEATURE = Feature(routers=(usage, limit_routes, model_permissions, alert_routes), open=_open)
