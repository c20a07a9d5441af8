"""Settings in, ASGI application out: the routes, and what answers when there is none."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from earthshine import __version__
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.route_table import PREFIX, RouteTable
from earthshine.accounts.not_served import reason_not_served
from earthshine.accounts.throttling.concurrency import ConcurrencyBounds
from earthshine.anthropic.addresses import AnthropicAddresses
from earthshine.catalog.locks import locked
from earthshine.errors import EarthshineError, InvalidRequest, MethodNotAllowed, NotFound, Unavailable
from earthshine.gate import Gate, request_id
from earthshine.openapi import describe
from earthshine.operations.cross_origin import CrossOrigin, origins_of
from earthshine.operations.drain import Drain, DrainMiddleware
from earthshine.operations.proxy_headers import ProxyHeaders, trusted
from earthshine.services import Feature, Services, service
from earthshine.settings import Settings
from earthshine.telemetry.observer import Observer
from earthshine.telemetry.telemetry import Telemetry
from earthshine.web.replies import asks_for_page
from earthshine.web.routes import no_page
from earthshine.wire import Dialects, Reply, dialect_of, error_reply
from earthshine.wire.objects import Error

log = logging.getLogger(__name__)

FEATURES = (
    "telemetry",
    "database",
    "instances",
    "blobs",
    "accounts",
    "metering",
    "runs",
    "notifications",
    "catalog",
    "engines",
    "routing",
    "harness",
    "files",
    "uploads",
    "skills",
    "vaults",
    "documents",
    "webpages",
    "web_searches",
    "vector_stores",
    "containers",
    "conversations",
    "operations",
    "tools",
    "connectors",
    "responses",
    "chats",
    "personal",
    "models",
    "servers",
    "web",
    "decisions",
    "moderations",
    "rerank",
    "embeddings",
    "completions",
    "chat_completions",
    "batches",
    "research",
    "ollama",
    "mcp_server",
    "anthropic",
    "agents",
)
"""Packages with a `feature.py`, in the order in which they are opened: each after those whose services it needs."""


def load_features() -> list[Feature]:
    """Import all features, in their order."""
    return [import_module(f"earthshine.{name}.feature").FEATURE for name in FEATURES]


def create_app(settings: Settings) -> FastAPI:
    """Build the application. Nothing is opened before its lifespan begins, so that tests can make many."""
    features = load_features()
    # What is chosen in the app is put into this copy, which all services read.
    services = Services(settings.model_copy(), telemetry := Telemetry(), drain := Drain(), Dialects())
    app = FastAPI(
        title="Earthshine",
        version=__version__,
        lifespan=_lifespan(settings, services, features),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # `describe` serves it
        # Traces and counts are our own: see `telemetry`.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.services = services
    routes = [route for feature in features for router in feature.routers for route in router.routes]
    document = needs("key")(describe(app, routes, settings.base_path))
    table = services.add(RouteTable([*routes, Route("/openapi.json", document)]))
    app.router.routes.append(table)
    app.add_exception_handler(EarthshineError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(404, _http)
    app.add_exception_handler(405, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    # The last one is the outermost.
    app.add_middleware(Gate, bounds=ConcurrencyBounds.of(settings))
    app.add_middleware(DrainMiddleware, drain=drain)
    app.add_middleware(CrossOrigin, origins=origins_of(settings.cors_origins))
    app.add_middleware(AnthropicAddresses)
    app.add_middleware(Observer, telemetry=telemetry, access_log=settings.log_format == "json")
    app.add_middleware(ProxyHeaders, trusted=trusted(settings.trusted_proxies), base=settings.base_path)
    return app


def _lifespan(
    settings: Settings, services: Services, features: Sequence[Feature]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        def refuse() -> None:
            # Each would take up the replies that the other one is writing.
            raise Unavailable(
                f"Another server runs on the data directory {settings.data.absolute()}. Stop it, or name another "
                "directory with --data."
            )

        settings.data.mkdir(parents=True, exist_ok=True)
        async with locked(settings.data / "server.lock", refuse), services.opened(features):
            yield

    return lifespan


def _refusal(error: EarthshineError, request: Request) -> Reply[Error]:
    return error_reply(error, request_id(request), dialect_of(request.scope))


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, EarthshineError)
    return _refusal(error, request)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    where, table, path = f"{request.method} {request.url.path}", service(request, RouteTable), request.scope["path"]
    if status in (404, 405) and table.find_moved(request.method, path):
        message = f"{where} has moved to {PREFIX}{path}: what is under /v1 is OpenAI's. Send it there."
        return _refusal(NotFound(message, code="moved"), request)
    if status == 405:
        allowed = table.methods(path)
        message = f"{where}: this address does not take that method, only {' and '.join(allowed)}."
        reply = _refusal(MethodNotAllowed(message), request)
        reply.headers["allow"] = ", ".join(allowed)
        return reply
    if status == 404:
        if asks_for_page(request.scope):
            return await no_page(request)
        message = reason_not_served(path) or (
            f"There is nothing at {where}. OpenAI's API is under /v1, what it has not under {PREFIX}/v1; the "
            "description of both is at /openapi.json."
        )
        return _refusal(NotFound(message), request)
    return _refusal(InvalidRequest(str(getattr(error, "detail", "The request is not valid."))), request)


async def _invalid(request: Request, error: Exception) -> Response:
    return _refusal(InvalidRequest("A path or query parameter is not valid."), request)


async def _gone(request: Request, error: Exception) -> Response:
    # Nobody is there to read this.
    return Response(status_code=499)
