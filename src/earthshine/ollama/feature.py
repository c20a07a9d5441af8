"""Adds Ollama's API."""

from __future__ import annotations

from earthshine.ollama.dialect import OLLAMA
from earthshine.ollama.embed_routes import router as embed_routes
from earthshine.ollama.model_routes import router as model_routes
from earthshine.ollama.pull import router as pull_routes
from earthshine.ollama.routes import router
from earthshine.services import Feature, Services
from earthshine.wire import Dialects


async def _open(services: Services) -> None:
    services.get(Dialects).add(OLLAMA)


FEATURE = Feature(routers=(router, embed_routes, model_routes, pull_routes), open=_open)
