"""Adds responses: a kind of run, and the request log."""

from __future__ import annotations

from functools import partial

from earthshine.accounts.people.removal import Removal
from earthshine.catalog import Catalog
from earthshine.conversations.store import Conversations
from earthshine.database import Database
from earthshine.metering.meter import Meter
from earthshine.notifications.announcer import Announcer
from earthshine.responses.announcing import announce
from earthshine.responses.removal import erase, stop_all
from earthshine.responses.request_log.routes import router as request_log
from earthshine.responses.routes import router
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.tables import responses as table
from earthshine.responses.tools.unknown_calls import router as unknown_calls
from earthshine.responses.websocket import router as websocket
from earthshine.routing.router import Router
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    database, removal = services.get(Database), services.get(Removal)
    responses = services.add(
        ResponseRuns(
            database,
            services.get(Runs),
            services.get(Catalog),
            services.get(Router),
            services.get(Conversations),
            services.get(Meter),
            services,
            leave_out_missing_tools=services.get(Settings).missing_tools == "leave_out",
        )
    )
    responses.on_stored.append(partial(announce, services.get(Announcer)))
    removal.register(partial(erase, database, responses), table)
    removal.on_archive.append(partial(stop_all, database, responses))


FEATURE = Feature(routers=(websocket, router, request_log, unknown_calls), open=_open)
