"""A small server that speaks as much of the responses API as the chat uses, and cuts connections when told to."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-test"


_STOPS = {"message": "The server is stopping.", "type": "server_error", "param": None, "code": "shutting_down"}


@dataclass
class FakeServer:
    """What it answers, and what it was asked."""

    reply: str = "Hello there."
    thinking: str = ""
    pause: float = 0.0
    """Seconds between two events."""
    cut_after: tuple[int, ...] = ()
    """For each connection in turn, how many events it sends before the connection is cut."""
    drains: bool = False
    """Whether it says that it stops before it cuts."""
    status: str = "completed"
    loads: tuple[int, ...] = ()
    """Percents of a load, told one after the other before the reply begins."""
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    resumed_after: list[int] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        """The events of the reply; each word is a piece."""
        name = f"resp_{len(self.requests)}"
        response: dict[str, Any] = {"id": name, "object": "response", "status": "in_progress", "output": []}
        events: list[dict[str, Any]] = [{"type": "response.created", "response": response}]
        events += [{"type": "response.reasoning_text.delta", "delta": piece} for piece in _pieces(self.thinking)]
        events += [{"type": "response.output_text.delta", "delta": piece} for piece in _pieces(self.reply)]
        last = {**response, "status": self.status}
        if self.status == "failed":
            last["error"] = {"code": "engine_failed", "message": "The engine died."}
        if self.status == "incomplete":
            last["incomplete_details"] = {"reason": "max_output_tokens"}
        events.append({"type": f"response.{self.status}", "response": last})
        return [{**event, "sequence_number": number} for number, event in enumerate(events)]

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[FakeServer]:
        """Serve on a free port."""
        app = web.Application(middlewares=[_authorise])
        app.add_routes(
            [
                web.get("/v1/models", self._models),
                web.get("/earthshine/v1/engines", self._engines),
                web.post("/v1/responses", self._create),
                web.get("/v1/responses/{id}", self._resume),
                web.post("/v1/responses/{id}/cancel", self._cancel),
            ]
        )
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "tiny"}, {"id": "big"}]})

    async def _engines(self, _: web.Request) -> web.Response:
        engine: dict[str, Any] = {"object": "engine", "model": "tiny", "state": "ready", "load": None}
        if self.loads:
            percent, *rest = self.loads
            self.loads = tuple(rest)
            engine["load"] = {"bytes": percent * 10**7, "total_bytes": 10**9, "percent": percent}
        return web.json_response({"object": "list", "data": [engine]})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        return await self._stream(request, -1)

    async def _resume(self, request: web.Request) -> web.StreamResponse:
        self.resumed_after.append(int(request.query["starting_after"]))
        return await self._stream(request, self.resumed_after[-1])

    async def _cancel(self, request: web.Request) -> web.Response:
        self.cancelled.append(request.match_info["id"])
        return web.json_response({"id": request.match_info["id"], "status": "cancelled"})

    async def _stream(self, request: web.Request, after: int) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await stream.prepare(request)
        connection = len(self.resumed_after)
        quota = self.cut_after[connection] if connection < len(self.cut_after) else None
        for sent, event in enumerate(self.events()[after + 1 :]):
            if quota is not None and sent == quota:
                assert request.transport is not None
                if self.drains:
                    await stream.write(f"event: error\ndata: {json.dumps({'error': _STOPS})}\n\n".encode())
                else:
                    request.transport.abort()
                return stream
            await stream.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            while self.loads and sent == 0:
                await asyncio.sleep(0.01)
            await asyncio.sleep(self.pause)
        return stream


@web.middleware
async def _authorise(request: web.Request, handler: Any) -> web.StreamResponse:
    if request.headers.get("authorization") != f"Bearer {KEY}":
        return web.json_response({"error": {"message": "No valid API key was given."}}, status=401)
    return await handler(request)


def _pieces(text: str) -> list[str]:
    return re.findall(r"\S*\s|\S+", text)
