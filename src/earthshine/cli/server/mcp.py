"""`earthshine mcp`: the Model Context Protocol on stdin and stdout, for programs that start their servers themselves.

Each line is a message, and goes to `/mcp` of a running server, with the key; so rights, limits and charges are those of
the key. Source: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from earthshine.cli.console import refuse
from earthshine.cli.remote import address_options

if TYPE_CHECKING:
    import aiohttp

Json = dict[str, Any]

_LONGEST_LINE = 32 * 2**20
_MOST_AT_ONCE = 32
_INTERNAL = -32603


@click.command()
@address_options
def mcp(url: str | None, key: str | None, data: Path | None) -> None:
    """Speak the Model Context Protocol on stdin and stdout, for a running server.

    A program that wants models or searches of Earthshine starts this command, with EARTHSHINE_URL and EARTHSHINE_KEY.
    """
    from earthshine.cli.api import find_server

    address, secret = find_server(url, key, data)
    asyncio.run(_serve(f"{address.rstrip('/')}/mcp", secret))


async def _serve(address: str, key: str) -> None:
    import aiohttp

    lines = asyncio.StreamReader(limit=_LONGEST_LINE)
    try:
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    except ValueError:
        refuse("stdin is a file; this command is started by a program that speaks with it through a pipe.")
    async with aiohttp.ClientSession(
        headers={"authorization": f"Bearer {key}", "accept": "application/json, text/event-stream"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
    ) as session:
        bridge = _Bridge(session, address)
        try:
            while line := await lines.readline():
                await bridge.take(line)
            await bridge.end()
        except ValueError:
            refuse(f"A line has more than {_LONGEST_LINE} bytes.")


class _Bridge:
    """Passes messages on, several at once."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self._running: dict[Any, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)

    async def take(self, line: bytes) -> None:
        """Begin to pass a message on; one that takes another one back ends that."""
        try:
            message: Any = json.loads(line)
        except ValueError:
            if line.strip():
                _write({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "The line is no JSON."}})
            return
        if not isinstance(message, dict):
            _write({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "A message is an object."}})
            return
        asked = cast("Json", message)
        if asked.get("method") == "notifications/cancelled":
            number: Any = _object(asked.get("params")).get("requestId")
            if isinstance(number, str | int) and (running := self._running.get(number)):
                running.cancel()
            return
        number = asked.get("id")
        if not isinstance(number, str | int) or "method" not in asked:
            # What is no request has no answer, and means nothing to a server that keeps nothing between two of them.
            return
        await self._places.acquire()
        task = self._running[number] = asyncio.create_task(self._pass_on(asked))
        task.add_done_callback(lambda _: self._ended(number))

    async def end(self) -> None:
        """Wait for what is still asked."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _ended(self, number: Any) -> None:
        self._running.pop(number, None)
        self._places.release()

    async def _pass_on(self, message: Json) -> None:
        import aiohttp

        try:
            async with self._session.post(self._address, json=message, headers=_headers(message)) as reply:
                text = await reply.text()
            answer: Any = json.loads(text)
            if "jsonrpc" not in answer:
                answer = _failed(message, str(answer["error"]["message"]))
        except aiohttp.ClientError as error:
            answer = _failed(message, f"There is no answer from {self._address}: {error}. Is the server running?")
        except (ValueError, KeyError, TypeError):
            answer = _failed(message, f"{self._address} answered something else; is it an Earthshine server?")
        _write(answer)


def _headers(message: Json) -> dict[str, str]:
    """Return the headers that repeat what a stateless request says."""
    params = _object(message.get("params"))
    version: Any = _object(params.get("_meta")).get("io.modelcontextprotocol/protocolVersion")
    if not isinstance(version, str):
        return {}
    told = {"mcp-protocol-version": version, "mcp-method": str(message["method"])}
    told |= {"mcp-name": str(params["name"])} if "name" in params else {}
    return {name: each for name, each in told.items() if each.isascii() and each.isprintable()}


def _object(value: Any) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _failed(message: Json, words: str) -> Json:
    return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": _INTERNAL, "message": words}}


def _write(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
