"""Adds webhooks and notifications."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.database import Database
from earthshine.notifications.announcer import Announcer
from earthshine.notifications.deliveries import Deliveries
from earthshine.notifications.endpoints import WebhookEndpoints
from earthshine.notifications.feed import Notifications
from earthshine.notifications.routes import ours, router
from earthshine.notifications.tables import notices
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    database, settings, runs = services.get(Database), services.get(Settings), services.get(Runs)
    announcer = services.add(Announcer(runs))
    sender = Deliveries(database, settings, announcer)
    runs.register(sender)
    services.add(WebhookEndpoints(database, settings, runs, announcer, sender))
    feed = services.add(Notifications(database))
    services.get(Removal).register(feed.erase, notices)
    services.on_start(feed.start)
    services.on_close(feed.close)


FEATURE = Feature(routers=(router, ours), open=_open)
