"""A sandbox whose commands run on a machine that is connected: the contract of `sandboxes`, over frames.

What the machine says is believed in nothing but what is shown to the agent. When the connection ends while a command
runs, nobody knows what became of it, and that is what whoever waits for it is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, cast

from earthshine.agents.environments.connections.frames import PIECE, encode, packed, unpacked
from earthshine.errors import InvalidRequest
from earthshine.sandboxes.base import Command, OnOutput, Outcome, Process, Sandbox, Stopped, ended
from earthshine.sandboxes.output import collect

Json = dict[str, Any]
Send = Callable[[bytes], None]

_GRACE = 5.0
"""Seconds that a killed command has to be gone."""
_LONGEST = 128 * 1024
"""Bytes of a command line with its variables, as in every sandbox."""
_MOST = 256
"""Commands that may run at a time."""
_OVERRUN = 2**20
"""Bytes that may still come of a stream after the machine was asked to pause it."""
_STOPPED: Mapping[str, Stopped] = {"memory": "memory", "processes": "processes", "disk": "disk", "files": "files"}


class _Paused(asyncio.ReadTransport):
    """What a reader asks to wait, when nobody reads what has come."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self.paused = False

    def pause_reading(self) -> None:
        self.paused = True
        self._tell("pause")

    def resume_reading(self) -> None:
        self.paused = False
        self._tell("resume")


class _Input(asyncio.WriteTransport):
    """The standard input of a command, sent in pieces."""

    def __init__(self, number: int, send: Send) -> None:
        super().__init__()
        self._number, self._send = number, send
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        whole = bytes(data)
        for start in range(0, len(whole) if not self._closed else 0, PIECE):
            self._send(encode("stdin", self._number, data=packed(whole[start : start + PIECE])))

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._send(encode("stdin", self._number))


class _Running(Process):
    def __init__(self, number: int, send: Send) -> None:
        loop = asyncio.get_running_loop()
        self._number, self._send = number, send
        self.ended: asyncio.Future[int | Stopped] = loop.create_future()
        self.stdin = asyncio.StreamWriter(_Input(number, send), asyncio.streams.FlowControlMixin(), None, loop)
        self.stdout, self.stderr = asyncio.StreamReader(PIECE, loop), asyncio.StreamReader(PIECE, loop)
        self._pausing = _Paused(self._tell)
        for reader in (self.stdout, self.stderr):
            reader.set_transport(self._pausing)
        self._over = 0

    def feed(self, kind: str, data: bytes) -> None:
        """Take a piece of output. Raises `ValueError` for more than was asked for."""
        self._over = self._over + len(data) if self._pausing.paused else 0
        if self._over > _OVERRUN:
            raise ValueError("a stream does not pause")
        (self.stdout if kind == "out" else self.stderr).feed_data(data)

    def end(self, how: int | Stopped) -> None:
        """It is over."""
        if not self.ended.done():
            self.ended.set_result(how)
        for reader in (self.stdout, self.stderr):
            reader.feed_eof()

    async def wait(self) -> int:
        how = await asyncio.shield(self.ended)
        if isinstance(how, str):
            raise ended(how)
        return how

    def kill(self) -> None:
        if not self.ended.done():
            self._tell("kill")

    def close(self) -> None:
        self.stdin.close()

    def _tell(self, what: str) -> None:
        self._send(encode(what, self._number))


class RemoteSandbox(Sandbox):
    """One connection of a machine."""

    def __init__(self, inside: str, send: Send) -> None:
        """`send` never waits, and does nothing when the connection has ended."""
        self.inside = inside
        self._send = send
        self._why: Stopped | None = None
        self.over = asyncio.Event()
        """Set when it is not asked any more."""
        self._count = 0
        self._running: dict[int, _Running] = {}

    @property
    def ended(self) -> Stopped | None:
        return self._why

    async def spawn(self, command: Command) -> _Running:
        if self._why is not None:
            raise ended(self._why)
        if len(self._running) >= _MOST:
            raise InvalidRequest(f"{_MOST} commands run on this machine already. Wait for one to end.")
        self._count += 1
        message = encode("run", self._count, argv=list(command.argv), env=dict(command.env), cwd=command.cwd)
        if len(message) > _LONGEST:
            raise InvalidRequest(f"A command line may have {_LONGEST} bytes with its variables. Write a file instead.")
        process = self._running[self._count] = _Running(self._count, self._send)
        self._send(message)
        return process

    async def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        """Run a command. Raises `SandboxEnded` also when the connection ends while it runs: its end is not known."""
        began = time.monotonic()
        process = await self.spawn(command)
        collecting = asyncio.create_task(collect(process, command, on_output))
        how: int | Stopped = "timeout"
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(command.timeout):
                    how = await asyncio.shield(process.ended)
        finally:
            if not process.ended.done():
                process.kill()
                await asyncio.wait([process.ended], timeout=_GRACE)
            await asyncio.wait([collecting], timeout=_GRACE)
            collecting.cancel()
            process.close()
        stdout, stderr, dropped = await collecting
        if how == "connection":
            raise ended("connection")
        stopped = how if isinstance(how, str) else None
        code = how if isinstance(how, int) else None
        return Outcome(code, stdout, stderr, dropped, stopped, time.monotonic() - began)

    async def stop(self) -> None:
        for process in self._running.values():
            process.kill()

    def take(self, message: Json) -> None:
        """Hear what the machine says. Raises `ValueError` for what makes no sense."""
        kind = next((each for each in ("out", "err", "exit") if each in message), None)
        number: Any = message.get(kind or "")
        if kind is None or not isinstance(number, int):
            raise ValueError("a message is about nothing that is known here")
        process = self._running.get(number)
        if process is None:
            return  # it was over already
        if kind != "exit":
            process.feed(kind, unpacked(message))
            return
        code: Any = message.get("code")
        stopped = _STOPPED.get(cast("str", message.get("stopped")), "sandbox")
        process.end(code if isinstance(code, int) and 0 <= code < 256 else stopped)
        del self._running[number]

    def cut(self) -> None:
        """The connection has ended."""
        self._why = "connection"
        self.over.set()
        for process in self._running.values():
            process.end("connection")
        self._running.clear()
