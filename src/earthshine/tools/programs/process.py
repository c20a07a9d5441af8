"""One program in a sandbox of its own: its calls come out over a pipe, their results go in, and what it prints is kept.

The sandbox has no network and no files of anybody's; it ends with the program. Nothing that comes out is believed but
as a wish to call, or as text.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from earthshine.errors import InvalidRequest
from earthshine.ids import new_id
from earthshine.sandboxes.base import Command, Limits, Process, Sandbox, SandboxEnded, Spec, Stopped
from earthshine.sandboxes.launch import PROGRAMS, confined_user
from earthshine.sandboxes.registry import Sandboxes
from earthshine.sandboxes.workspace import Workspace

Json = dict[str, Any]
Wish = tuple[str, Json]
"""A function, by its Python name, and its arguments by theirs."""
OnCalls = Callable[[Sequence[Wish]], Awaitable[Sequence[Json]]]
"""Makes calls; returns for each `value`, or `error`. What it raises ends the program, and is raised."""

SECONDS = 60.0
"""That a program may run, what it waits for its calls not counted."""
MOST_AT_ONCE = 32
"""Calls that it makes side by side."""
_LIMITS = Limits(memory=2**29, processor=60, processes=32, open_files=256, file=2**26, disk=2**27, files=1000)
_MOST_PRINTED = 2**20
_LONGEST = 2**20
"""Bytes of one message that comes out."""
_LAST_WORDS = 5.0
"""Seconds in which the rest of the output must come once a program has ended."""
_LEFT_SECONDS = 86_400.0
"""After which a program's folder is nobody's any more."""
_PROGRAM = (PROGRAMS / "program.py").read_text()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    printed: str
    error: str | None
    """What ended it, as Python shows it; None where it came to its end."""
    dropped: int
    """Bytes of output that were not kept."""
    stopped: Stopped | None
    """Why it was ended from outside."""


async def run_program(
    sandboxes: Sandboxes, folder: Path, code: str, functions: Sequence[Json], on_calls: OnCalls
) -> Ended:
    """Run a program to its end, or until `on_calls` raises. `folder`: where its own folder is made, and removed.

    Raises `InvalidRequest` for what no program may say, and what `Sandboxes.start` raises.
    """
    workspace = Workspace(folder / new_id("prog"), confined_user())
    await asyncio.to_thread(_make, workspace)
    try:
        sandbox = await sandboxes.start(Spec(workspace.root, _LIMITS))
        try:
            return await _Running(sandbox, on_calls).run(code, functions)
        finally:
            await sandbox.stop()
    finally:
        await asyncio.to_thread(workspace.remove)


def _make(workspace: Workspace) -> None:
    """Make a folder, and remove those that servers left which were killed."""
    workspace.make()
    old = time.time() - _LEFT_SECONDS
    for each in workspace.root.parent.iterdir():
        with suppress(OSError):
            if each.stat().st_mtime < old:
                Workspace(each, None).remove()


class _Running:
    def __init__(self, sandbox: Sandbox, on_calls: OnCalls) -> None:
        self._sandbox, self._on_calls = sandbox, on_calls
        self._printed = bytearray()
        self._dropped = 0
        self._left = SECONDS
        self._unread = b""

    async def run(self, code: str, functions: Sequence[Json]) -> Ended:
        # The same order of sets each time: it is run again when others have answered its calls.
        command = Command(["python3", "-P", "-s", "-c", _PROGRAM], env={"PYTHONHASHSEED": "0"})
        process = await self._sandbox.spawn(command)
        reading = asyncio.create_task(self._read(process.stdout))
        error: str | None = None
        stopped: Stopped | None = None
        try:
            await self._send(process, {"code": code, "functions": list(functions)})
            error = await self._serve(process)
        except TimeoutError:
            stopped = "timeout"
        except SandboxEnded:
            stopped = self._sandbox.ended or "sandbox"
        finally:
            process.kill()
            await asyncio.wait([reading], timeout=_LAST_WORDS)
            reading.cancel()
            process.close()
        return Ended(self._printed.decode(errors="replace"), error, self._dropped, stopped)

    async def _serve(self, process: Process) -> str | None:
        """Make the calls that it asks for, until it ends; returns the error that ended it."""
        while True:
            began = time.monotonic()
            async with asyncio.timeout(self._left):
                line = await self._line(process)
            self._left = max(0.0, self._left - (time.monotonic() - began))
            if line is None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORDS):
                        return f"Python ended by itself (exit status {await process.wait()})."
                raise SandboxEnded("The program's process does not answer.")
            message = _message(line)
            if "end" in message:
                error = message["end"]
                return error if isinstance(error, str) else None
            await self._send(process, {"results": list(await self._on_calls(_wishes(message)))})

    async def _send(self, process: Process, message: Json) -> None:
        with suppress(OSError):  # it has ended; what it said last is read
            process.stdin.write(json.dumps(message).encode() + b"\n")
            await process.stdin.drain()

    async def _line(self, process: Process) -> bytes | None:
        while (end := self._unread.find(b"\n")) < 0 or end > _LONGEST:
            if len(self._unread) > _LONGEST:
                raise InvalidRequest(f"The arguments of one call may have {_LONGEST} bytes.")
            piece = await process.stderr.read(65_536)
            if not piece:
                return None
            self._unread += piece
        line, self._unread = self._unread[:end], self._unread[end + 1 :]
        return line

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while piece := await stream.read(65_536):
            taken = piece[: _MOST_PRINTED - len(self._printed)]
            self._dropped += len(piece) - len(taken)
            self._printed += taken


def _message(line: bytes) -> Json:
    try:
        message: Any = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise InvalidRequest("The program wrote something else where its calls go.")
    return cast("Json", message)


def _wishes(message: Json) -> list[Wish]:
    given: Any = message.get("calls")
    calls = cast("list[Any]", given) if isinstance(given, list) else []
    if not 0 < len(calls) <= MOST_AT_ONCE:
        raise InvalidRequest(f"A program may make 1 to {MOST_AT_ONCE} calls at once.")
    wishes: list[Wish] = []
    for call in calls:
        parts = cast("list[Any]", call) if isinstance(call, list) else []
        if len(parts) != 2 or not isinstance(parts[0], str) or not isinstance(parts[1], dict):
            raise InvalidRequest("The program wrote something else where its calls go.")
        wishes.append((parts[0], cast("Json", parts[1])))
    return wishes
