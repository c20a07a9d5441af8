"""A server that speaks MCP over stdio: a program in a sandbox, started when it is needed, asked line by line.

Source: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports#stdio. All who use a connector speak
with one program, so what is said at its beginning is said once, and remembered for those who come later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from earthshine.errors import EarthshineError
from earthshine.sandboxes.base import Command, Process, Sandbox
from earthshine.tools.mcp.failure import McpFailed
from earthshine.tools.mcp.transport import Answer, Asked, decoded

Json = dict[str, Any]

_DISCOVER_SECONDS, _PING_SECONDS, _END_SECONDS = 10.0, 5.0, 3.0
_MOST_WAITING = 32
_TOLD = 1000
"""Bytes of the last words of a program that are told."""
_BEGINNING = ("server/discover", "initialize")
_GREETED = "notifications/initialized"
_CANCELLED = "notifications/cancelled"
_PING: Json = {"jsonrpc": "2.0", "id": "ping", "method": "ping"}
_REFUSED = -32601

Start = Callable[[AsyncExitStack], Awaitable[Sandbox]]
"""Starts the sandbox; what has to end with it goes on the stack."""


@dataclass(slots=True)
class _Run:
    """One life of the program."""

    number: str
    process: Process
    closing: AsyncExitStack
    waiting: dict[Any, asyncio.Future[Json]] = field(default_factory=dict[Any, "asyncio.Future[Json]"])
    begun: dict[str, Json] = field(default_factory=dict[str, Json])
    """What it answered at its beginning, by the method."""
    greeted: bool = False
    errors: bytearray = field(default_factory=bytearray)
    """The end of what it wrote for people."""
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Program:
    """One connector's program."""

    def __init__(self, label: str, key: Hashable, command: Command, start: Start, most: int) -> None:
        """`most`: bytes of one line."""
        self._label, self._key, self._command, self._start, self._most = label, key, command, start, most
        self._run: _Run | None = None
        self._runs = 0
        self._starting = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.used_at = time.monotonic()

    @property
    def label(self) -> str:
        """What people call it."""
        return self._label

    @property
    def key(self) -> Hashable:
        """The connector, and how often it was changed."""
        return self._key

    @property
    def lives(self) -> bool:
        """Whether it runs now."""
        return self._run is not None

    @property
    def rests_since(self) -> float | None:
        """Since when it lives and nobody waits for it, as `time.monotonic` has it."""
        return self.used_at if self._run is not None and not self._run.waiting else None

    async def post(
        self, message: Json, headers: Mapping[str, str], *, seconds: float, most: int, asked: Asked | None = None
    ) -> Answer:
        """Send a message, and wait for its answer if it has an id. What the server asks meanwhile is declined."""
        method, known = message.get("method"), headers.get("mcp-session-id")
        self.used_at = time.monotonic()
        run = await self._living()
        if known is not None and known != run.number:
            return Answer(404, None, None)  # it began anew since
        if "id" not in message:
            if method != _GREETED or not run.greeted:
                run.greeted = run.greeted or method == _GREETED
                await self._write(run, message, seconds)
            if method == _CANCELLED:
                await self._end_if_stuck(run)
            return Answer(202, None, None)
        told = run.begun.get(str(method))
        if told is None:
            told = await self._ask(run, message, seconds)
            if method in _BEGINNING:
                run.begun[str(method)] = told
        self.used_at = time.monotonic()
        return Answer(200, run.number, {**told, "id": message["id"]})

    async def end(self) -> None:
        """End the program and its sandbox; the files stay. It is started again when it is needed."""
        run, self._run = self._run, None
        if run is None:
            return
        run.process.kill()
        with suppress(EarthshineError, TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await run.process.wait()
        run.process.close()
        await run.closing.aclose()

    async def _living(self) -> _Run:
        async with self._starting:
            if self._run is None:
                closing = AsyncExitStack()
                try:
                    sandbox = await self._start(closing)
                    closing.push_async_callback(sandbox.stop)
                    process = await sandbox.spawn(self._command)
                except BaseException:
                    await closing.aclose()
                    raise
                process.resting = True
                self._runs += 1
                self._run = _Run(str(self._runs), process, closing)
                for work in (self._read(self._run), self._hear(self._run)):
                    task = asyncio.create_task(work, name=f"program of {self._label}")
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
            return self._run

    async def _ask(self, run: _Run, message: Json, seconds: float) -> Json:
        if len(run.waiting) >= _MOST_WAITING:
            raise McpFailed(f"The MCP server {self._label!r} is asked too much at once.", 503, sent=False)
        discovers = message["method"] == _BEGINNING[0]
        future = run.waiting[message["id"]] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(min(seconds, _DISCOVER_SECONDS) if discovers else seconds):
                await self._write(run, message, seconds)
                return await future
        except TimeoutError:
            if discovers:  # older servers need not answer what they do not know
                return {"jsonrpc": "2.0", "error": {"code": _REFUSED, "message": "No answer."}}
            words = f"The MCP server {self._label!r} did not answer within {seconds:g} seconds."
            raise McpFailed(words, 504) from None
        finally:
            run.waiting.pop(message["id"], None)

    async def _write(self, run: _Run, message: Json, seconds: float) -> None:
        with suppress(OSError):  # whoever waits hears of its end
            async with asyncio.timeout(seconds), run.writing:
                run.process.stdin.write(orjson.dumps(message) + b"\n")
                await run.process.stdin.drain()

    async def _end_if_stuck(self, run: _Run) -> None:
        """End a program that was told that nobody waits any more, and does not even say that it is there."""
        try:
            await self._ask(run, _PING, _PING_SECONDS)
        except McpFailed:
            if self._run is run:
                await self.end()

    # --- what it says ------------------------------------------------------------------------------------------------

    async def _read(self, run: _Run) -> None:
        why = "ended"
        line = bytearray()
        try:
            while piece := await run.process.stdout.read(65_536):
                *whole, rest = piece.split(b"\n")
                for part in whole:
                    line += part
                    await self._take(run, bytes(line))
                    line.clear()
                line += rest
                if len(line) > self._most:
                    why = f"wrote more than {self._most // 2**10} KiB in one message, and was ended"
                    break
        except McpFailed as error:
            why = f"was ended: {error.message}"
        except OSError:
            pass
        if self._run is run:
            await self.end()
        last = " ".join(run.errors.decode(errors="replace").split())
        error = McpFailed(
            f"The program of the MCP server {self._label!r} {why}." + (f" It said: {last}" * bool(last)), 502
        )
        for future in list(run.waiting.values()):
            if not future.done():
                future.set_exception(error)

    async def _take(self, run: _Run, line: bytes) -> None:
        message = await decoded(self._label, line) if line.strip() else None
        if message is None:
            return
        name = message.get("id")
        if "method" in message:
            if name is not None:
                answer: Json = {"result": {}} if message["method"] == "ping" else {"error": _declined()}
                await self._write(run, {"jsonrpc": "2.0", "id": name, **answer}, _PING_SECONDS)
            return
        future = run.waiting.get(name) if isinstance(name, int | str) else None
        if future is not None and not future.done():
            future.set_result(message)

    async def _hear(self, run: _Run) -> None:
        with suppress(OSError):
            while piece := await run.process.stderr.read(65_536):
                run.errors += piece
                del run.errors[:-_TOLD]


def _declined() -> Json:
    return {"code": _REFUSED, "message": "This client offers nothing to servers."}
