"""The machine's side of a connection: runs what the server asks for in a sandbox, and sends back what it prints."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import orjson

from earthshine.agents.environments.connections.frames import PIECE, encode, packed, unpacked
from earthshine.errors import EarthshineError
from earthshine.sandboxes.base import Command, Process, Sandbox
from earthshine.tasks import end_tasks

Json = dict[str, Any]


class _Job:
    """A command that runs, or is about to."""

    def __init__(self) -> None:
        self.process: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        self.reading = asyncio.Event()
        self.reading.set()
        self.input: asyncio.Queue[bytes | None] = asyncio.Queue()


class Connector:
    """Of one connection; when it ends, all that it started ends."""

    def __init__(self, start: Callable[[], Awaitable[Sandbox]], send: Callable[[bytes], Awaitable[None]]) -> None:
        """`start`: starts a sandbox, and another one when that has ended."""
        self._start, self._send = start, send
        self._sandbox: Sandbox | None = None
        self._starting = asyncio.Lock()
        self._jobs: dict[int, _Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def greet(self) -> None:
        """Say that the machine is there. Raises `EarthshineError` where no sandbox can be started."""
        sandbox = await self._living()
        await self._send(orjson.dumps({"hello": {"inside": sandbox.inside}}))

    def take(self, message: Json) -> None:
        """Do what the server asks for. Raises `ValueError` for what makes no sense."""
        kind = next((each for each in ("run", "stdin", "kill", "pause", "resume") if each in message), "")
        number: Any = message.get(kind)
        if not isinstance(number, int):
            raise ValueError("a message is about nothing that is known here")
        if kind == "run":
            job = self._jobs[number] = _Job()
            task = asyncio.create_task(self._run(number, job, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif (job := self._jobs.get(number)) is not None:
            if kind == "stdin":
                job.input.put_nowait(unpacked(message) if "data" in message else None)
            elif kind == "kill":
                job.process.add_done_callback(_kill)
            else:
                (job.reading.set if kind == "resume" else job.reading.clear)()

    async def close(self) -> None:
        """End everything."""
        await end_tasks(*self._tasks)
        if self._sandbox is not None:
            await self._sandbox.stop()

    async def _living(self) -> Sandbox:
        async with self._starting:
            if self._sandbox is None or self._sandbox.ended is not None:
                self._sandbox = await self._start()
            return self._sandbox

    async def _run(self, number: int, job: _Job, message: Json) -> None:
        end: Json = {"code": 126}
        sandbox: Sandbox | None = None
        try:
            sandbox = await self._living()
            command = Command(list(message["argv"]), env=dict(message["env"]), cwd=str(message["cwd"]))
            process = await sandbox.spawn(command)
            job.process.set_result(process)
            feeding = asyncio.create_task(_feed(process, job.input))
            try:
                await asyncio.gather(
                    self._copy("out", number, job, process.stdout), self._copy("err", number, job, process.stderr)
                )
                end = {"code": await process.wait()}
            finally:
                feeding.cancel()
                process.kill()
                process.close()
        except EarthshineError as error:
            if sandbox is not None and sandbox.ended is not None:
                end = {"code": None, "stopped": sandbox.ended}
            else:
                await self._send(encode("err", number, data=packed(f"{error.message}\n".encode())))
        finally:
            self._jobs.pop(number, None)
        await self._send(encode("exit", number, **end))

    async def _copy(self, kind: str, number: int, job: _Job, stream: asyncio.StreamReader) -> None:
        while piece := await stream.read(PIECE):
            await job.reading.wait()
            await self._send(encode(kind, number, data=packed(piece)))


def _kill(process: asyncio.Future[Process]) -> None:
    if not process.cancelled() and process.exception() is None:
        process.result().kill()


async def _feed(process: Process, pieces: asyncio.Queue[bytes | None]) -> None:
    with suppress(OSError):  # it may read as little as it likes
        while (piece := await pieces.get()) is not None:
            process.stdin.write(piece)
            await process.stdin.drain()
    process.stdin.close()
