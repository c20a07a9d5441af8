"""A sandbox on this machine: the agent inside, its socket here, and a watchdog beside it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.base import Command, OnOutput, Outcome, Process, Sandbox, SandboxRefused, Spec, Stopped, ended
from earthshine.sandboxes.carrier import Carrier, last_words
from earthshine.sandboxes.launch import Launch, environment, plan_of
from earthshine.sandboxes.output import collect, pipe_reader, pipe_writer
from earthshine.sandboxes.use import folder_use, measure, processes_of

_START = 20.0
"""Seconds that a sandbox has to start."""
_GRACE = 3.0
"""Seconds that a killed command has to be gone, before the whole sandbox is."""
_LONGEST = 128 * 1024
"""Bytes of a command line with its variables."""
_OURS = 16
"""Processes that are not the sandbox's own: its monitor, the agent, keepers."""
_LOOK, _LOOK_AT_DISK = 0.1, 1.0
"""Seconds between two looks at memory and processes, and at the disk."""


class _Running(Process):
    def __init__(self, box: Box, number: int) -> None:
        self._box, self._number = box, number
        self.ended = asyncio.get_running_loop().create_future()
        self.transports: list[asyncio.BaseTransport] = []

    async def wait(self) -> int:
        code: int | None = await asyncio.shield(self.ended)
        if code is None:
            raise ended(self._box.ended or "sandbox")
        return code

    def kill(self) -> None:
        if not self.ended.done():
            self._box.tell({"kill": self._number})

    def close(self) -> None:
        self.stdin.close()
        for transport in self.transports:
            transport.close()


class Box(Sandbox):
    """A sandbox whose agent is on this machine."""

    def __init__(self, spec: Spec, launch: Launch, process: Carrier, link: socket.socket, orphan: bool) -> None:
        self.inside = launch.inside
        self.pid = process.pid
        """Of the process that all others of the sandbox descend from."""
        self._spec, self._launch, self._process, self._link = spec, launch, process, link
        self._orphan = orphan
        self._why: Stopped | None = None
        self._running: dict[int, _Running] = {}
        self._count = 0
        self._env: Mapping[str, str] = {}
        # By descriptor: the folder may get another name while the sandbox lives.
        self._folder = os.open(spec.workspace, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._device = os.fstat(self._folder).st_dev
        self._tasks: list[asyncio.Task[None]] = []
        self._gone = asyncio.Event()
        self._log: int | None = None

    @classmethod
    async def start(cls, spec: Spec, launch: Launch, python: Sequence[Path], *, orphan: bool) -> Box:
        """Start the agent and wait for its first word. Raises `SandboxRefused` with what it said on its way out.

        `orphan`: whether nothing but the agent itself ends what runs when the server is killed.
        """
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.setblocking(False)
        # Asyncio would wait for the end of a pipe of its own, which whatever the agent started may hold.
        log, said = os.pipe()
        os.set_blocking(log, False)
        try:
            process = await asyncio.create_subprocess_exec(
                *launch.argv,
                stdin=there.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=said,
                env={},
                cwd="/",
                pass_fds=launch.descriptors,
                start_new_session=True,
            )
        except BaseException as error:
            here.close()
            os.close(log)
            launch.close()
            if isinstance(error, OSError):
                raise SandboxRefused(f"The sandbox's program cannot be started: {error.strerror}.") from error
            raise
        finally:
            there.close()
            for each in (said, *launch.descriptors):
                os.close(each)
        others = await asyncio.to_thread(processes_of, os.geteuid() if launch.user is None else launch.user)
        try:
            box = await cls.greeted(spec, launch, process, here, python, orphan=orphan, others=others)
        except BaseException as error:
            words = last_words(log)
            if isinstance(error, OSError | ValueError):
                raise SandboxRefused(f"The sandbox did not start: {words}") from None
            raise
        box._log = log
        return box

    @classmethod
    async def greeted(
        cls,
        spec: Spec,
        launch: Launch,
        carrier: Carrier,
        link: socket.socket,
        python: Sequence[Path],
        *,
        orphan: bool,
        others: int,
    ) -> Box:
        """Tell an agent that runs what is to hold, and wait for its first word; `others`: processes of its user.

        Raises `OSError`, `TimeoutError` or `ValueError` when there is none; nothing runs then.
        """
        box = cls(spec, launch, carrier, link, orphan)
        box._env = {**spec.env, **environment(launch, python)}
        try:
            async with asyncio.timeout(_START):
                await box._greet(plan_of(spec, launch, orphan=orphan, others=others))
        except BaseException:
            await box.stop()
            raise
        box._tasks = [asyncio.create_task(box._listen()), asyncio.create_task(box._watch())]
        return box

    @property
    def ended(self) -> Stopped | None:
        return self._why

    async def spawn(self, command: Command) -> _Running:
        if self._why is not None:
            raise ended(self._why)
        self._count += 1
        message = {
            "run": self._count,
            "argv": list(command.argv),
            "env": {**self._env, **command.env},
            "cwd": os.path.join(self.inside, command.cwd),
        }
        data = _encoded(message)
        process = self._running[self._count] = _Running(self, self._count)
        ends: list[int] = []
        try:
            for _ in range(3):
                ends += os.pipe()
            (from_in, to_in), (from_out, to_out), (from_err, to_err) = ends[0:2], ends[2:4], ends[4:6]
            process.stdin = await pipe_writer(to_in)
            process.stdout, out = await pipe_reader(from_out)
            process.stderr, err = await pipe_reader(from_err)
            process.transports = [out, err]
            socket.send_fds(self._link, [data], [from_in, to_out, to_err])
            for each in (from_in, to_out, to_err):
                os.close(each)
        except OSError as error:
            self._running.pop(self._count, None)
            for each in ends:
                with suppress(OSError):
                    os.close(each)
            raise ended("sandbox") from error
        return process

    async def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        began = time.monotonic()
        process = await self.spawn(command)
        collecting = asyncio.create_task(collect(process, command, on_output))
        code: int | None = None
        stopped: Stopped | None = None
        try:
            async with asyncio.timeout(command.timeout):
                code = await asyncio.shield(process.ended)
            stopped = self._why if code is None else None
        except TimeoutError:
            stopped = "timeout"
        finally:
            if not process.ended.done():
                process.kill()
                done, _ = await asyncio.wait([process.ended], timeout=_GRACE)
                if not done:
                    await self._end("timeout")
            # All writers are gone with the command: what is left in the pipes is read to its end.
            await asyncio.wait([collecting], timeout=_GRACE)
            collecting.cancel()
            process.close()
        stdout, stderr, dropped = await collecting
        return Outcome(code, stdout, stderr, dropped, stopped, time.monotonic() - began)

    async def stop(self) -> None:
        await self._end("sandbox")
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send the agent something that brings no streams."""
        with suppress(OSError):
            self._link.send(json.dumps(message).encode())

    async def _greet(self, plan: Mapping[str, object]) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._link, json.dumps(plan).encode())
        hello = json.loads(await loop.sock_recv(self._link, 65_536) or b"null")
        if not isinstance(hello, dict) or "ready" not in hello:
            raise ValueError("no greeting")

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError, ValueError, KeyError, TypeError):  # what comes from inside is believed in nothing else
            while data := await loop.sock_recv(self._link, 65_536):
                message = json.loads(data)
                process = self._running.pop(int(message["id"]), None)
                if process is not None and not process.ended.done():
                    process.ended.set_result(int(message.get("exit", 126)))
        await self._end("sandbox")

    async def _watch(self) -> None:
        looked_at_disk = 0.0
        while self._why is None:
            busy = any(not each.resting for each in self._running.values())
            await asyncio.sleep(_LOOK if busy else _LOOK_AT_DISK)
            limits, why = self._spec.limits, None
            crowd = limits.processes + _OURS
            use = await asyncio.to_thread(measure, self.pid, self._device, crowd)
            self.memory = use.memory
            if use.memory > limits.memory:
                why = "memory"
            elif use.processes > crowd:
                why = "processes"
            elif self._running and time.monotonic() - looked_at_disk > _LOOK_AT_DISK * (1 if busy else 10):
                size, count = await asyncio.to_thread(folder_use, Path(f"/proc/self/fd/{self._folder}"))
                looked_at_disk = time.monotonic()
                why = "disk" if size + use.deleted > limits.disk else "files" if count > limits.files else None
            if why is not None:
                await self._end(why)

    async def _end(self, why: Stopped) -> None:
        if self._why is not None:
            await self._gone.wait()
            return
        self._why = why
        self._link.close()
        if self._orphan:
            # The agent sees its socket end, and ends what it started; the kernel would not.
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await asyncio.shield(self._process.wait())
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()
        await asyncio.to_thread(self._launch.close)
        for process in self._running.values():
            if not process.ended.done():
                process.ended.set_result(None)
        self._running.clear()
        os.close(self._folder)
        if self._log is not None:
            os.close(self._log)
        self._gone.set()


def _encoded(message: Mapping[str, Any]) -> bytes:
    data = json.dumps(message).encode()
    if len(data) > _LONGEST:
        raise InvalidRequest(
            f"A command line may have {_LONGEST} bytes with its variables. Send what is longer on its standard input, "
            "or as a file."
        )
    if any("\0" in str(each) for each in (*message["argv"], *message["env"], *message["env"].values(), message["cwd"])):
        raise InvalidRequest("A command line may not have NUL characters.")
    if not message["argv"]:
        raise InvalidRequest("There is no command. Name a program to run.")
    return data
