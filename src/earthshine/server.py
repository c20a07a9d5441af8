"""Settings in, ASGI application out: every room is built here, once, and handed to the routes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route

from earthshine import __version__, harness
from earthshine.accounts.keys import Keys
from earthshine.accounts.reception import Reception
from earthshine.accounts.routes import ROUTERS as ACCOUNTS
from earthshine.catalog import Catalog
from earthshine.catalog.locks import locked
from earthshine.chat_completions.routes import router as chat_completions
from earthshine.completions.routes import router as completions
from earthshine.conversations.routes import router as conversations
from earthshine.conversations.store import Conversations
from earthshine.database import Database
from earthshine.embeddings.routes import router as embeddings
from earthshine.engines.pool import LoadedModel, Pool
from earthshine.errors import EarthshineError, InvalidRequest, MethodNotAllowed, NotFound, Unavailable
from earthshine.gate import Gate, request_id
from earthshine.instances import Instances
from earthshine.instances.node import node_id
from earthshine.metering.alerts import SpendAlerts
from earthshine.metering.ledger import Ledger
from earthshine.metering.limits import Limits
from earthshine.metering.local import LocalCounters
from earthshine.metering.mail import Mailer
from earthshine.metering.meter import Meter
from earthshine.metering.prices import Prices
from earthshine.metering.routes import ROUTERS as METERING
from earthshine.metering.shared import SharedCounters
from earthshine.metering.spool import Spool
from earthshine.models.routes import router as models
from earthshine.openapi import describe
from earthshine.operations.collector import Rooms
from earthshine.operations.drain import Drain, Draining
from earthshine.operations.readiness import Readiness
from earthshine.operations.routes import router as operations
from earthshine.responses.journal import Journal
from earthshine.responses.ownership import Ownership
from earthshine.responses.routes import router as responses
from earthshine.responses.runs import Runs
from earthshine.responses.takeover import Takeover
from earthshine.responses.websocket import router as responses_websocket
from earthshine.routing.balanced import Voice
from earthshine.routing.router import Router
from earthshine.routing.routes import router as deployments
from earthshine.routing.store import Deployments
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.telemetry.observer import Observer
from earthshine.telemetry.spans import open_tracing
from earthshine.telemetry.traffic import Traffic
from earthshine.wire import error_reply

log = logging.getLogger(__name__)

ROUTERS = (
    chat_completions,
    responses_websocket,
    responses,
    conversations,
    completions,
    embeddings,
    models,
    deployments,
    operations,
    *ACCOUNTS,
    *METERING,
)
"""The doors of all resources; routes are tried in this order, so what is asked most often comes first."""

_REFRESH_SECONDS = 2.0
"""After which a limit that another server process changed is in force in this one."""


def create_app(settings: Settings) -> FastAPI:
    """Build the application. Nothing is opened before its lifespan begins, so that tests can make many."""
    app = FastAPI(
        title="Earthshine",
        version=__version__,
        lifespan=_lifespan(settings),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    for router in ROUTERS:
        app.include_router(router)
    describe(app)
    app.add_exception_handler(EarthshineError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(404, _http)
    app.add_exception_handler(405, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.state.traffic = traffic = Traffic()
    app.state.drain = drain = Drain()
    app.state.rooms = Rooms(traffic.registry)
    app.state.tracing = None
    # The last one is the outermost.
    app.add_middleware(Gate, max_streams=settings.max_streams)
    app.add_middleware(Draining, drain=drain)
    app.add_middleware(Observer, traffic=traffic, access_log=settings.log_format == "json")
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        def refuse() -> None:
            # Each would take up the replies that the other one is writing.
            raise Unavailable(
                f"Another server runs on the data directory {settings.data.absolute()}. Stop it, or name another "
                "directory with --data."
            )

        settings.data.mkdir(parents=True, exist_ok=True)
        async with locked(settings.data / "server.lock", refuse), _rooms(app, settings):
            yield

    return lifespan


@asynccontextmanager
async def _rooms(app: FastAPI, settings: Settings) -> AsyncGenerator[None]:
    app.state.tracing = tracing = open_tracing(settings.otlp_endpoint, __version__)
    traffic: Traffic = app.state.traffic
    database = await Database.open(settings.database)
    instances = Instances(
        database,
        node_id(settings.data),
        address=f"{settings.host}:{settings.port}",
        dead_after=settings.takeover_after,
    )
    await instances.open()
    catalog = Catalog(settings)

    async def prove(model: LoadedModel) -> None:
        if model.card.proof is None and model.engine.capabilities.complete:
            catalog.record_proof(model.card.name, await harness.prove(model))

    pool = Pool(settings, catalog, on_load=prove)
    ownership = Ownership(database, instances)
    journal = Journal(database, settings.commit_interval, ownership.held)
    journal.on_commit = traffic.commit.observe
    threads = Conversations(database)
    shared = not settings.database.startswith("sqlite")
    keys = Keys(database, refresh_every=1.0 if shared else None, wrong_keys=settings.max_wrong_keys)
    app.state.first_key = await keys.open(settings.bootstrap_key)
    reception = Reception.open(settings, database, keys)
    prices = Prices({name: price.model_dump() for name, price in settings.prices.items()})
    voice = Voice(harness.chat, harness.count)
    router = Router(pool, catalog, settings, voice, prices=prices, store=Deployments(database, settings))
    await router.open()
    limits = Limits(database, refresh_every=None if settings.database.startswith("sqlite") else _REFRESH_SECONDS)
    await limits.open()
    counters = SharedCounters(database, instances) if database.shared else LocalCounters(database)
    ledger = Ledger(database, counters, Spool(settings.data / "spool"), interval=settings.ledger_interval)
    meter = Meter(limits, prices, counters, ledger, router.served, default_output=settings.default_output_limit)
    meter.on_settled = traffic.settled
    await ledger.open()
    alerts = SpendAlerts(database, Mailer.parse(settings.smtp_url) if settings.smtp_url else None)
    alerts.start()
    runs = Runs(database, journal, ownership, catalog, router, threads, meter)
    app.state.services = Services(
        settings=settings,
        database=database,
        keys=keys,
        reception=reception,
        limits=limits,
        prices=prices,
        meter=meter,
        catalog=catalog,
        pool=pool,
        router=router,
        conversations=threads,
        runs=runs,
    )
    app.state.readiness = Readiness(database, journal, app.state.drain)
    journal.start()
    takeover = Takeover(runs, ownership, instances)
    resumed = await takeover.start(shared=database.shared)
    if resumed:
        log.info("%d background responses go on from where they were cut", resumed)
    handing_over = asyncio.create_task(_hand_over(app.state.drain, takeover), name="hand over")
    try:
        yield
    finally:
        handing_over.cancel()
        await takeover.close()
        await alerts.close()
        await limits.close()
        await runs.close()
        await journal.close()
        await ledger.close()
        await router.close()
        await pool.close()
        reception.close()
        await keys.close()
        await instances.close()
        await database.close()
        if tracing is not None:
            await asyncio.to_thread(tracing.close)


async def _hand_over(drain: Drain, takeover: Takeover) -> None:
    await drain.begun()
    try:
        await takeover.hand_over()
    except EarthshineError as error:
        log.warning("background responses are taken over only when this server has ended: %s", error)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, EarthshineError)
    return error_reply(error, request_id(request))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    where = f"{request.method} {request.url.path}"
    if status == 405:
        allowed = _methods(request)
        message = f"{where}: this address does not take that method, only {' and '.join(allowed)}."
        reply = error_reply(MethodNotAllowed(message), request_id(request))
        reply.headers["allow"] = ", ".join(allowed)
        return reply
    if status == 404:
        message = f"There is nothing at {where}. The API is under /v1; its description is at /openapi.json."
        return error_reply(NotFound(message), request_id(request))
    return error_reply(InvalidRequest(str(getattr(error, "detail", "The request is not valid."))), request_id(request))


def _methods(request: Request) -> list[str]:
    """Return the methods that some route takes at this address."""
    found: set[str] = set()
    for route in (route for router in (request.app, *ROUTERS) for route in router.routes):
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)


async def _invalid(request: Request, error: Exception) -> Response:
    return error_reply(InvalidRequest("A path or query parameter is not valid."), request_id(request))


async def _gone(request: Request, error: Exception) -> Response:
    # Nobody is there to read this.
    return Response(status_code=499)
