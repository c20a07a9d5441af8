"""The engine's HTTP API over the child's unix socket: short calls, and streams of events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from earthshine.errors import EngineFailed, InvalidRequest

SILENCE = 300.0
"""Seconds without a byte after which the engine counts as hung; its pings come every 30."""


class Client:
    """Talks to one child.

    Every call opens its own connection: on a unix socket that takes 0.1 ms, and the engine closes kept ones at moments
    of its own choosing.
    """

    def __init__(self, socket: Path, on_silence: Callable[[], None]) -> None:
        """Talk to the server behind `socket`; `on_silence` is called when it has hung."""
        self._on_silence = on_silence
        connector = aiohttp.UnixConnector(str(socket), limit=0, force_close=True)
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE)
        self._session = aiohttp.ClientSession("http://engine", connector=connector, timeout=timeout)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def get(self, path: str) -> Any:
        """Return the JSON reply to one question. Raises `EngineFailed`."""
        return await self.post(path, None)

    async def post(self, path: str, body: Any) -> Any:
        """Return the JSON reply to one call; a `body` of None asks by GET. Raises `EngineFailed`, `InvalidRequest`."""
        response = await self._open(path, body)
        try:
            data = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._died(error) from error
        finally:
            response.release()
        return orjson.loads(data)

    @asynccontextmanager
    async def stream(self, path: str, body: Any) -> AsyncGenerator[AsyncGenerator[list[bytes]]]:
        """Open a stream of events; each item is the JSON of the events that arrived together.

        Leaving the context closes the connection unless the stream was read to its end, and that is how the engine
        learns that nobody wants the rest. Raises `EngineFailed`, `InvalidRequest`.
        """
        response = await self._open(path, body)
        finished = False

        async def events() -> AsyncGenerator[list[bytes]]:
            nonlocal finished
            rest = b""
            content = response.content
            try:
                while data := await content.readany():
                    *blocks, rest = (rest + data).split(b"\n\n")
                    if batch := [block[6:] for block in blocks if block.startswith(b"data: ")]:
                        yield batch
                    if failed := [block for block in blocks if block.startswith(b"error: ")]:
                        raise EngineFailed(f"The engine failed: {failed[0][7:].decode(errors='replace')[:500]}")
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise self._died(error) from error
            finished = True

        batches = events()
        try:
            yield batches
        finally:
            await batches.aclose()
            if finished:
                response.release()
            else:
                response.close()

    async def _open(self, path: str, body: Any) -> aiohttp.ClientResponse:
        method, payload = ("GET", None) if body is None else ("POST", orjson.dumps(body))
        headers = {"Content-Type": "application/json"}
        try:
            response = await self._session.request(method, path, data=payload, headers=headers)
            if response.status != 200:
                raise _refused(response.status, await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._died(error) from error
        return response

    def _died(self, error: BaseException) -> EngineFailed:
        if isinstance(error, TimeoutError):
            self._on_silence()
            return EngineFailed("The engine process fell silent during the reply; it is restarted.", retry_after=1)
        return EngineFailed("The engine process ended during the reply; it is being restarted.", retry_after=1)


def _refused(status: int, data: bytes) -> InvalidRequest | EngineFailed:
    try:
        message = str(orjson.loads(data)["error"]["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        message = data.decode(errors="replace")
    if 400 <= status < 500:
        return InvalidRequest(f"The engine refused the request: {message[:500]}")
    return EngineFailed(f"The engine failed: {message[:500]}", retry_after=1)
