"""Settings in, ASGI application out: the routes, and what answers when there is none."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route

from earthshine import __version__
from earthshine.accounts.routes import ROUTERS as ACCOUNTS
from earthshine.accounts.throttling.concurrency import ConcurrencyBounds
from earthshine.app_services import open_services
from earthshine.catalog.locks import locked
from earthshine.chat_completions.routes import router as chat_completions
from earthshine.chats.ratings.routes import project_router as ratings
from earthshine.chats.ratings.routes import router as chat_ratings
from earthshine.chats.routes import router as chats
from earthshine.chats.search.routes import router as chat_search
from earthshine.chats.sharing.routes import managing_router as managed_shares
from earthshine.chats.sharing.routes import open_router as open_shares
from earthshine.chats.sharing.routes import router as chat_shares
from earthshine.chats.transfer.routes import router as chat_moving
from earthshine.chats.turns.routes import router as chat_turns
from earthshine.completions.routes import router as completions
from earthshine.conversations.routes import router as conversations
from earthshine.decisions.routes import router as decisions
from earthshine.embeddings.routes import router as embeddings
from earthshine.errors import EarthshineError, InvalidRequest, MethodNotAllowed, NotFound, Unavailable
from earthshine.gate import Gate, request_id
from earthshine.metering.routes import ROUTERS as METERING
from earthshine.models.catalog_routes import router as catalog
from earthshine.models.download_routes import router as downloads
from earthshine.models.engine_routes import router as engines
from earthshine.models.machine_routes import router as machine
from earthshine.models.routes import router as models
from earthshine.openapi import describe
from earthshine.operations.collector import ServiceCollector
from earthshine.operations.cross_origin import CrossOrigin, origins_of
from earthshine.operations.drain import Drain, DrainMiddleware
from earthshine.operations.proxy_headers import ProxyHeaders, trusted
from earthshine.operations.routes import router as operations
from earthshine.operations.setting_origins import origins
from earthshine.operations.settings_routes import router as settings_list
from earthshine.personal.routes import router as personal
from earthshine.responses.request_log.routes import router as request_log
from earthshine.responses.routes import router as responses
from earthshine.responses.websocket import router as responses_websocket
from earthshine.routing.deployments.routes import router as deployments
from earthshine.servers.routes import router as servers
from earthshine.settings import Settings
from earthshine.telemetry.observer import Observer
from earthshine.telemetry.request_metrics import RequestMetrics
from earthshine.web.replies import asks_for_page
from earthshine.web.routes import no_page
from earthshine.web.routes import router as website
from earthshine.wire import error_reply

log = logging.getLogger(__name__)

ROUTERS = (
    chat_completions,
    responses_websocket,
    responses,
    request_log,
    conversations,
    # Before the routes of one chat, whose id could be `search`.
    chat_search,
    chat_moving,
    chat_shares,
    open_shares,
    managed_shares,
    chats,
    chat_turns,
    chat_ratings,
    ratings,
    completions,
    embeddings,
    decisions,
    models,
    downloads,
    catalog,
    engines,
    machine,
    deployments,
    servers,
    operations,
    settings_list,
    personal,
    *ACCOUNTS,
    *METERING,
    website,
)
"""The routers of all resources; routes are tried in this order, so what is asked most often comes first."""


def create_app(settings: Settings) -> FastAPI:
    """Build the application. Nothing is opened before its lifespan begins, so that tests can make many."""
    app = FastAPI(
        title="Earthshine",
        version=__version__,
        lifespan=_lifespan(settings),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # `describe` serves it
        # Traces and counts are our own: see `telemetry`.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in ROUTERS:
        app.include_router(router)
    describe(app, settings.base_path)
    app.add_exception_handler(EarthshineError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(404, _http)
    app.add_exception_handler(405, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.state.request_metrics = request_metrics = RequestMetrics()
    app.state.drain = drain = Drain()
    app.state.service_collector = ServiceCollector(request_metrics.registry)
    app.state.tracing = None
    app.state.origins = origins(settings)
    # The last one is the outermost.
    app.add_middleware(Gate, bounds=ConcurrencyBounds.of(settings))
    app.add_middleware(DrainMiddleware, drain=drain)
    app.add_middleware(CrossOrigin, origins=origins_of(settings.cors_origins))
    app.add_middleware(Observer, request_metrics=request_metrics, access_log=settings.log_format == "json")
    app.add_middleware(ProxyHeaders, trusted=trusted(settings.trusted_proxies), base=settings.base_path)
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
        async with locked(settings.data / "server.lock", refuse), open_services(app, settings):
            yield

    return lifespan


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
        if asks_for_page(request.scope):
            return await no_page(request)
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
