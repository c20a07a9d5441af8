from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from earthshine.accounts.keys.registry import Caller
from earthshine.conversations.routes import router
from earthshine.conversations.store import Conversations
from earthshine.conversations.tables import conversation_items, conversations, seal_keys
from earthshine.database import Database, metadata
from earthshine.errors import EarthshineError
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.wire import error_reply


@pytest.fixture(scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('db') / 'test.db'}")
    tables = [conversations, conversation_items, seal_keys]
    async with database.write() as connection:
        await connection.run_sync(lambda sync: metadata.create_all(sync, tables=tables))
    yield database
    await database.close()


@pytest.fixture(scope="module")
def store(database: Database) -> Conversations:
    return Conversations(database)


class _ProjectIsKey:
    """Stands in for the gate: the API key names the project."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            key = dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer ")
            scope.setdefault("state", {})["caller"] = Caller("key_1", key)
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
async def http(store: Conversations) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.router.routes.extend(router.routes)
    app.add_middleware(_ProjectIsKey)
    app.state.services = Services(Settings(), store)

    async def known(_request: Any, error: Exception) -> Response:
        assert isinstance(error, EarthshineError)
        return error_reply(error)

    app.add_exception_handler(EarthshineError, known)
    transport = httpx2.ASGITransport(app=app)
    headers = {"authorization": "Bearer default"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/v1", headers=headers) as client:
        yield client


@pytest.fixture(scope="module")
def sdk(http: httpx2.AsyncClient) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url="http://test/v1",
        api_key="default",
        http_client=http,
        max_retries=0,
        _strict_response_validation=True,
    )
