"""The three dialects on a real socket, with the scripted engine and the real harness; a pool that tells its leases."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from openai import AsyncOpenAI
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.catalog.card import Card
from earthshine.chat_completions.routes import router as chat_completions
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.chat_completions.tables import chat_completions as table
from earthshine.completions.routes import router as completions
from earthshine.database import Database, metadata
from earthshine.decisions.routes import router as decisions
from earthshine.embeddings.routes import router as embeddings
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import Delta
from earthshine.engines.pool import LoadedModel
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest
from earthshine.engines.scripted.engine import Scripted
from earthshine.errors import EarthshineError, Internal, ModelNotFound
from earthshine.harness import HarnessedEngine
from earthshine.routing.router import Router
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.wire import error_reply
from tests.harness.fake_engine import routed
from tests.metering.plain_meter import plain_meter


class Watched(Scripted):
    """The scripted engine, which also remembers its requests and tells when one is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[ChatRequest] = []
        self.running = 0
        self.crossed: list[str] = []
        """The generators and coroutines of ours that the last delta went through, this engine's own left out."""

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        self.requests.append(request)
        self.running += 1
        try:
            async for batch in super().chat(request):
                self.crossed = _coroutines(sys._getframe(1))
                yield batch
        finally:
            self.running -= 1


def _coroutines(frame: FrameType | None) -> list[str]:
    found: list[str] = []
    while frame is not None:
        code = frame.f_code
        if code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR) and "/earthshine/" in code.co_filename:
            found.append(code.co_name)
        frame = frame.f_back
    return found


class Mute(Engine):
    """An engine that can do nothing."""

    capabilities = Capabilities(chat=True)

    async def close(self) -> None:
        pass


class FakePool:
    """Two models, and a count of the leases on them."""

    def __init__(self) -> None:
        self.engine = Watched()
        self.leases = 0
        card = Card(name="scripted", engine="scripted", adapters={"poet": Path("poet.gguf")})
        far = Watched()
        far.requests = self.engine.requests
        far.capabilities = replace(far.capabilities, remote=True)
        self.models = {
            "scripted": routed(HarnessedEngine(card, self.engine)),
            "default": routed(HarnessedEngine(card, self.engine)),
            "mute": routed(HarnessedEngine(Card(name="mute"), Mute())),
            "far": LoadedModel(replace(card, name="far"), far),
        }

    @asynccontextmanager
    async def use(self, name: str) -> AsyncGenerator[Any]:
        if name not in self.models:
            raise ModelNotFound(name, self.models)
        self.leases += 1
        try:
            yield self.models[name]
        finally:
            self.leases -= 1


class FakeRouter:
    """Gives each model as the pool has it; routing has tests of its own."""

    def __init__(self, pool: FakePool) -> None:
        self._pool = pool

    def use(self, name: str, _caller: Caller) -> AbstractAsyncContextManager[Any]:
        return self._pool.use(name)

    def upstream_capabilities(self, name: object) -> Capabilities | None:
        """Tell as the router does whether the model is an upstream's."""
        return self._pool.engine.capabilities if name == "far" else None


class KeepsAll:
    """Lets everybody store; what projects choose to keep has tests of its own."""

    def may_store(self, _caller: Caller) -> bool:
        return True


class _AsProject:
    """Stands in for the gate: the key is the project."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            key = dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer ")
            scope.setdefault("state", {})["caller"] = Caller("key", key)
        await self._app(scope, receive, send)


class Served:
    """A running application."""

    def __init__(self, url: str, pool: FakePool, database: Database) -> None:
        self.url = url
        self.pool = pool
        self.engine = pool.engine
        self.database = database

    def client(self, key: str = "default", *, strict: bool = True) -> AsyncOpenAI:
        return AsyncOpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0, _strict_response_validation=strict)


@asynccontextmanager
async def served(folder: Path) -> AsyncGenerator[Served]:
    """Run the application on a free port of the loopback interface."""
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'dialects.db'}")
    async with database.write() as connection:
        await connection.run_sync(lambda sync: metadata.create_all(sync, [table]))
    pool = FakePool()
    app = FastAPI()
    for router in (chat_completions, completions, decisions, embeddings):
        app.router.routes.extend(router.routes)
    app.add_exception_handler(EarthshineError, _error)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(_AsProject)
    settings = Settings(data=folder, max_body=64 * 2**20)
    meters = AsyncExitStack()
    meter = await meters.enter_async_context(plain_meter(database, folder))
    app.state.services = Services(settings, database, meter, StoredCompletions(database))
    app.state.services.add(FakeRouter(pool), Router)
    app.state.services.add(KeepsAll(), KeyRegistry)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", pool, database)
    finally:
        server.should_exit = True
        await task
        await meters.aclose()
        await database.close()


async def _error(_request: Any, error: Exception) -> Response:
    assert isinstance(error, EarthshineError)
    return error_reply(error)


async def _gone(_request: Any, _error: Exception) -> Response:
    return Response(status_code=499)


async def _bug(_request: Any, _error: Exception) -> Response:
    return error_reply(Internal("Something broke."))
