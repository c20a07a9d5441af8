"""The chat's side of the wire: one reply as a stream of events that outlives cut connections.

It is a client of the public API like any other. A reply is asked for as a background response, so the server goes on
writing when the connection breaks, and the events that were missed are read from `starting_after` on.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Any, BinaryIO

import aiohttp

Event = dict[str, Any]

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled", "error"})
"""Types of the events after which a stream has nothing more to say."""

PATIENCE = 60.0
"""Seconds without an event during which a cut stream is taken up again and again."""

_SILENCE = 120.0
"""Seconds without a byte after which a connection counts as cut."""

_PIECE = 1 << 18


class ChatError(Exception):
    """What went wrong, in words for the person at the terminal."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        """`status`: of the server's answer, where there was one."""
        super().__init__(message)
        self.status = status


class ChatClient:
    """Speaks to one server with one key. Use it as an async context manager."""

    def __init__(self, url: str, key: str, *, patience: float = PATIENCE) -> None:
        self.url = url.rstrip("/")
        self._patience = patience
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> ChatClient:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_SILENCE)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def models(self) -> list[str]:
        """Return the names of the server's models. Raises `ChatError`."""
        listing = await self.json("GET", "/v1/models")
        return [str(model["id"]) for model in listing["data"]]

    async def engines(self) -> list[dict[str, Any]]:
        """Return the models that are loaded or being loaded. Raises `ChatError`."""
        return (await self.json("GET", "/earthshine/v1/engines"))["data"]

    async def tools(self) -> list[dict[str, Any]]:
        """Return the tools that can be switched on, and why one cannot work now. Raises `ChatError`."""
        return (await self.json("GET", "/earthshine/v1/tools"))["data"]

    async def download(self, path: str, into: BinaryIO) -> None:
        """Write what is there to a file, while it arrives. Raises `ChatError`, also when it arrives cut."""
        assert self._session is not None
        try:
            async with self._session.get(self.url + path) as reply:
                if reply.status >= 400:
                    raise ChatError(_explain(reply.status, await reply.text()))
                async for piece in reply.content.iter_chunked(_PIECE):
                    into.write(piece)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise self._unreachable(error, connected=False) from error

    async def cancel(self, response_id: str) -> None:
        """Stop a reply. Raises `ChatError`."""
        await self.json("POST", f"/v1/responses/{response_id}/cancel")

    def reply(self, request: dict[str, Any]) -> AsyncGenerator[Event]:
        """Ask for a reply and yield its events, each once and in order, up to the last. Raises `ChatError`."""
        return self._outlasting({**request, "stream": True, "background": True, "store": True})

    def follow(self, response_id: str) -> AsyncGenerator[Event]:
        """Yield the events of a reply that was begun in the background, from the first. Raises `ChatError`."""
        return self._outlasting(None, _stream_of(response_id))

    async def _outlasting(self, body: dict[str, Any] | None, path: str = "") -> AsyncGenerator[Event]:
        """Yield the events of one reply over as many connections as it takes."""
        last = -1
        deadline = time.monotonic() + self._patience
        pause = 0.2
        while True:
            connected = False
            try:
                after = "" if last < 0 else f"&starting_after={last}"
                opened = self.events("GET", path + after) if path else self.events("POST", "/v1/responses", body)
                async for event in opened:
                    connected = True
                    number = event.get("sequence_number", last + 1)
                    if number <= last:
                        continue
                    last, deadline, pause = number, time.monotonic() + self._patience, 0.2
                    if not path and "response" in event:
                        path = _stream_of(event["response"]["id"])
                    yield event
                    if event["type"] in TERMINAL:
                        return
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                if not path:
                    raise self._unreachable(error, connected) from error
            if not path:
                raise ChatError(f"{self.url} ended its reply before it began. Its log says why.")
            if time.monotonic() > deadline:
                raise ChatError(f"The connection to {self.url} was lost and did not come back.")
            await asyncio.sleep(pause)
            pause = min(2 * pause, 3.0)

    async def events(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, heard: bool = False
    ) -> AsyncGenerator[Event]:
        """Yield what one connection brings. Raises `ChatError`, and what aiohttp does when it breaks.

        `heard`: yield an event of that type when the server begins to listen, which it says by a comment.
        """
        assert self._session is not None
        async with self._session.request(method, self.url + path, json=body) as reply:
            if reply.status == 503 and method == "GET":
                return  # starting again; the caller asks once more
            if reply.status >= 400:
                raise ChatError(_explain(reply.status, await reply.text()), status=reply.status)
            buffer = b""
            async for chunk in reply.content.iter_any():
                *frames, buffer = (buffer + chunk).replace(b"\r\n", b"\n").split(b"\n\n")
                for frame in frames:
                    data = b"\n".join(line[5:].lstrip() for line in frame.split(b"\n") if line.startswith(b"data:"))
                    if data and data != b"[DONE]":
                        event = json.loads(data)
                        if "type" not in event and "error" in event:
                            # So ends a stream of a server that stops; what it told of goes on elsewhere, or later.
                            raise ConnectionError(event["error"]["message"])
                        yield event
                    elif heard and frame.startswith(b":"):
                        heard = False
                        yield {"type": "heard"}

    async def json(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Return what the API answers; None for an answer without a body. Raises `ChatError`."""
        assert self._session is not None
        try:
            async with self._session.request(method, self.url + path, json=body, headers=headers) as reply:
                text = await reply.text()
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise self._unreachable(error, connected=False) from error
        if reply.status >= 400:
            raise ChatError(_explain(reply.status, text), status=reply.status)
        return json.loads(text) if text else None

    def _unreachable(self, error: Exception, connected: bool) -> ChatError:
        if isinstance(error, aiohttp.InvalidURL):
            return ChatError(f"{self.url!r} is no address; it should look like http://127.0.0.1:8000.")
        if connected or not isinstance(error, aiohttp.ClientConnectorError):
            return ChatError(f"The connection to {self.url} broke before the reply began ({error}).")
        return ChatError(
            f"No server answers at {self.url}. Start one with `earthshine serve`, or name another one with --url."
        )


def _stream_of(response_id: str) -> str:
    return f"/v1/responses/{response_id}?stream=true"


def _explain(status: int, text: str) -> str:
    try:
        message = str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        message = f"The server answered {status}, and not in the words of the API; is it the right address?"
    if status == 401:
        message += (
            " Give the key with --key or EARTHSHINE_KEY, or run this beside the server's data directory (--data)."
        )
    return message
