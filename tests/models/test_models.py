"""The resource `models` through the official SDK in strict mode."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from starlette.requests import Request
from starlette.responses import Response

from earthshine.catalog import Catalog
from earthshine.engines.pool import Pool
from earthshine.errors import EarthshineError
from earthshine.models.routes import router
from earthshine.routing.router import Router
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.settings_tables import Upstream
from earthshine.wire import error_reply
from tests.catalog.gguf.gguf_writer import write_gguf


async def _discard(_name: str) -> None:
    """No model is loaded in these tests."""


@pytest.fixture
async def client(tmp_path: Path) -> AsyncGenerator[AsyncOpenAI]:
    """The SDK on an application that has nothing but this resource."""
    upstreams = {"gpu": Upstream(base_url="http://gpu/v1", models={"Org/Model": "org/model"})}
    settings = Settings(data=tmp_path / "data", scripted=True, upstreams=upstreams, context=100)
    catalog = Catalog(settings)
    await catalog.add(f"file:{write_gguf(tmp_path / 'tiny.gguf')}")

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, EarthshineError)
        return error_reply(error)

    app = FastAPI()
    app.router.routes.extend(router.routes)
    app.add_exception_handler(EarthshineError, known)
    pool: Any = SimpleNamespace(discard=_discard, loaded=list)
    traffic = Router(pool, catalog, settings)
    app.state.services = Services(settings, catalog, traffic)
    app.state.services.add(pool, Pool)
    transport = httpx2.ASGITransport(app)
    async with AsyncOpenAI(
        api_key="k",
        base_url="http://test/v1",
        http_client=httpx2.AsyncClient(transport=transport),
        max_retries=0,
        _strict_response_validation=True,
    ) as sdk:
        yield sdk


async def test_list(client: AsyncOpenAI) -> None:
    models = [model async for model in client.models.list()]
    assert [model.id for model in models] == ["tiny", "org/model", "scripted", "default", "default-embedding"]
    # A chat model embeds when it is asked by its own name, and who does so is told what that is worth.
    assert models[0].model_dump()["earthshine"]["weak_vectors"] is True
    assert all(model.object == "model" for model in models)
    tiny = models[0].model_dump()
    assert tiny["created"] > 1_700_000_000
    assert tiny["earthshine"]["abilities"] == ["chat", "embedding", "tools"]
    # As its engine is to be given, not as it was trained.
    assert tiny["earthshine"]["context_length"] == 100
    assert [model.model_dump()["earthshine"]["server"] for model in models[:3]] == [None, "gpu", None]
    assert models[3].model_dump()["earthshine"]["alias_of"] == "org/model"
    vectors = models[4].model_dump()["earthshine"]
    # No list of assistants shows it.
    assert (vectors["alias_of"], vectors["abilities"], vectors["weak_vectors"]) == ("scripted", ["embedding"], False)
    assert "api_key" not in str(models)


async def test_retrieve(client: AsyncOpenAI) -> None:
    for name in ("tiny", "scripted", "org/model", "default"):
        assert (await client.models.retrieve(name)).id == name


async def test_unknown(client: AsyncOpenAI) -> None:
    for call in (client.models.retrieve, client.models.delete):
        with pytest.raises(NotFoundError) as caught:
            await call("tinny")
        assert caught.value.code == "model_not_found"
        assert "'tiny'" in caught.value.message


async def test_delete(client: AsyncOpenAI) -> None:
    deleted = await client.models.delete("tiny")
    assert (deleted.id, deleted.object, deleted.deleted) == ("tiny", "model", True)
    with pytest.raises(NotFoundError):
        await client.models.retrieve("tiny")


@pytest.mark.parametrize("name", ["default", "scripted", "org/model"])
async def test_what_cannot_be_deleted(client: AsyncOpenAI, name: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.models.delete(name)
    assert caught.value.param == "model"
