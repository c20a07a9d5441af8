from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from earthshine.server import create_app
from earthshine.settings import Settings

KEY = "sk-es-telemetry-0123456789"


@dataclass
class RunningApp:
    """One application in this process, and a client with its key."""

    app: FastAPI
    http: httpx2.AsyncClient

    async def chat(self, said: str, **more: Any) -> httpx2.Response:
        """Ask the scripted model."""
        body = {"model": "scripted", "messages": [{"role": "user", "content": said}], **more}
        return await self.http.post("/v1/chat/completions", json=body)

    async def metrics(self) -> str:
        """Return what `/metrics` tells."""
        reply = await self.http.get("/metrics")
        assert reply.status_code == 200, reply.text
        return reply.text


Open = Callable[..., AbstractAsyncContextManager[RunningApp]]


@asynccontextmanager
async def opened(data: Path, **settings: Any) -> AsyncIterator[RunningApp]:
    """Run an application that has only the scripted model."""
    asked = {"scripted": True, "embedded_model": False, "default_model": "scripted", "bootstrap_key": KEY, **settings}
    app = create_app(Settings(data=data, **asked))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://test",
            headers={"authorization": f"Bearer {KEY}"},
        ) as http,
    ):
        yield RunningApp(app, http)


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningApp]:
    async with opened(tmp_path_factory.mktemp("telemetry")) as opened_app:
        yield opened_app


def script(**keys: Any) -> str:
    """What to say to the scripted model."""
    return f"!script {json.dumps(keys)}"
