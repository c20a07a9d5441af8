"""Judgements by the engine's `/v1/rerank`, of a child that answers as llama.cpp's server does."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web

from earthshine.engines.llamacpp.client import Client
from earthshine.engines.llamacpp.embedder import Embedder
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.engines.llamacpp.supervisor import EngineProcess
from earthshine.errors import EngineFailed, InvalidRequest


class Child:
    """Judges by the length of a text, the best first, as llama.cpp sorts; or fails."""

    status = 200
    settled = 0

    async def answer(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if self.status != 200:
            body = {"error": {"code": self.status, "message": "input is too large", "type": "invalid_request_error"}}
            return web.json_response(body, status=self.status)
        results = [{"index": at, "relevance_score": len(text) / 10} for at, text in enumerate(asked["documents"])]
        results.sort(key=lambda each: -each["relevance_score"])
        usage = {"prompt_tokens": len(asked["query"]), "total_tokens": len(asked["query"])}
        return web.json_response({"model": "m", "object": "list", "results": results, "usage": usage})

    async def running(self) -> None:
        pass

    async def settle(self) -> None:
        self.settled += 1


@pytest.fixture
async def child() -> AsyncGenerator[tuple[Child, Embedder]]:
    made = Child()
    app = web.Application()
    app.router.add_post("/v1/rerank", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "s"
        await web.UnixSite(runner, str(socket)).start()
        client = Client(socket, lambda: None)
        process: Any = made
        yield made, Embedder("m", cast("ProcessPlan", None), (cast("EngineProcess", process), client))
        await client.close()
        await runner.cleanup()


async def test_judgements_come_in_the_order_of_the_texts(child: tuple[Child, Embedder]) -> None:
    judged = await child[1].rerank("tides", ["sea", "the moon", "a"])
    assert (list(judged.scores), judged.prompt_tokens) == ([0.3, 0.8, 0.1], 5)


async def test_what_is_too_long_is_refused_and_what_breaks_is_told(child: tuple[Child, Embedder]) -> None:
    made, embedder = child
    made.status = 400
    with pytest.raises(InvalidRequest):
        await embedder.rerank("tides", ["x"])
    assert made.settled == 0
    made.status = 500
    with pytest.raises((EngineFailed, InvalidRequest)):
        await embedder.rerank("tides", ["x"])
