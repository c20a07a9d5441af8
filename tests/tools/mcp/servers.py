"""Servers of the Model Context Protocol, in threads of the test: real ones by the `mcp` package, and bad ones."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.patience import PATIENCE

Json = dict[str, Any]
Reply = Callable[[Json], "Json | bytes | float | None"]

TOKEN = "the-token-of-the-shop"


class Confirmation(BaseModel):
    """What a user would fill in."""

    sure: bool


class Shop:
    """A real server, and what it was asked to do."""

    def __init__(self, *, tools: int = 0) -> None:
        """`tools`: how many it has beside its own."""
        self.sold: list[str] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.url = ""
        self._server = MCPServer("shop")
        self._server.tool(annotations=ToolAnnotations(read_only_hint=True))(self.price)
        self._server.tool()(self.sell)
        self._server.tool()(self.slow)
        self._server.tool()(self.fail)
        self._server.tool()(self.confirm)
        for number in range(tools):
            self._server.tool(name=f"extra.{number}", description=f"Counts the sheep of farm {number}.")(_nothing)

    def price(self, thing: str) -> str:
        """Return what a thing costs."""
        return f"{thing} costs 7 dinars."

    def sell(self, thing: str, number: int = 1) -> str:
        """Sell a thing."""
        self.sold.append(thing)
        return f"Sold {number} {thing}."

    async def slow(self, seconds: float) -> str:
        """Think for a while, and sell a snail."""
        self.sold.append("snail")
        await asyncio.sleep(seconds)
        return "Slow."

    def fail(self) -> str:
        """Fail."""
        raise ValueError("The till is jammed.")

    async def confirm(self, ctx: Context[Any]) -> str:
        """Ask the user something on the way."""
        answer = await ctx.elicit("Shall I?", Confirmation)
        return f"The user said: {answer.action}."

    def app(self, *, token: str = "", old: bool = False) -> ASGIApp:
        """Return the application. `token`: wants it. `old`: knows no revision but those with a handshake."""
        inner = self._server.streamable_http_app(host="127.0.0.1")

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                headers = {name.decode(): value.decode() for name, value in scope["headers"]}
                self.requests.append((scope["method"], headers))
                if token and headers.get("authorization") != f"Bearer {token}":
                    await _send(send, 401, b'{"error":"invalid_token"}')
                    return
                if old and headers.get("mcp-protocol-version") == "2026-07-28":
                    await _send(send, 400, b"Bad Request: unsupported protocol version")
                    return
            await inner(scope, receive, send)

        return app


def _nothing(farm: str = "") -> str:
    return "Many."


class Liar:
    """A server that answers each method with whatever a test wants: JSON, bytes, or nothing for some seconds."""

    def __init__(self, **replies: Reply) -> None:
        """Each key is a method, with `__` for the slash."""
        self.replies = {name.replace("__", "/"): reply for name, reply in replies.items()}
        self.asked: list[str] = []
        self.url = ""

    def app(self) -> ASGIApp:
        """Return the application."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            asked = json.loads(body)
            method = asked["method"]
            self.asked.append(method)
            reply = self.replies.get(method)
            if method == "server/discover" and reply is None:
                await _send(send, 200, _result(asked, {"supportedVersions": ["2026-07-28"], "capabilities": {}}))
                return
            given = reply(asked) if reply is not None else None
            if isinstance(given, float):
                await asyncio.sleep(given)
                given = None
            if given is None:
                await _send(send, 404, b"")
            else:
                await _send(send, 200, given if isinstance(given, bytes) else _result(asked, given))

        return app


def _result(asked: Json, result: Json) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode()


async def _send(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serve(app: ASGIApp) -> Generator[str]:
    """Serve an application on a free port of the loopback; yields its address."""
    with serve_on(app, 0) as port:
        yield f"http://127.0.0.1:{port}/mcp"


@contextmanager
def serve_on(app: ASGIApp, port: int) -> Generator[int]:
    """Serve an application on a port of the loopback, 0 for a free one; yields it."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def methods(shop: Shop) -> Iterator[str]:
    """Yield the methods of the stateless requests that a shop got."""
    for _, headers in shop.requests:
        if "mcp-method" in headers:
            yield headers["mcp-method"]
