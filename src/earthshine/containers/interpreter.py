"""The Python of a container: one process that keeps its variables as long as the sandbox lives."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.base import Command, Process, Sandbox, SandboxEnded, Stopped
from earthshine.sandboxes.launch import PROGRAMS

MOST_CODE = 256 * 1024
"""Characters of a piece of code."""
_PROGRAM = (PROGRAMS / "interpreter.py").read_text()
_ANSWER_SECONDS = 5.0
"""For the words that follow the end of the output."""
_LONGEST_ANSWER = 512 * 1024
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a piece of code."""

    output: str
    """What it printed, on both channels."""
    value: str | None
    """Of its last line, where that is an expression; as Python shows it."""
    error: str | None
    """The error that ended it, as Python shows it."""
    files: tuple[str, ...]
    """Charts that it drew and did not save, saved below the workspace."""
    dropped: int
    """Bytes of output that were not kept."""
    stopped: Stopped | None
    """Why it was ended from outside; its variables are lost then."""
    fresh: bool
    """Whether it began without variables of earlier pieces."""
    seconds: float


class Interpreter:
    """Runs one piece after the other."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def run(
        self, code: str, *, timeout: float = 60.0, output: int = 2**18, on_output: Callable[[bytes], None] | None = None
    ) -> Result:
        """Run a piece of code, `timeout` seconds at most. Raises `InvalidRequest`, and what `Sandbox.spawn` raises."""
        if len(code) > MOST_CODE:
            raise InvalidRequest(f"A piece of code may have {MOST_CODE} characters. Put it into a file, and run that.")
        async with self._turn:
            fresh = self._process is None
            if self._process is None:
                self._process = await self._sandbox.spawn(Command(["python3", "-I", "-c", _PROGRAM], timeout=_DAY))
            self._process.resting = False
            printed = _Printed(output, on_output)
            began, ok, why = time.monotonic(), False, ""
            try:
                async with asyncio.timeout(timeout):
                    answer = await self._ask(self._process, code, printed)
                ok, self._process.resting = answer is not None, True
            except TimeoutError:
                answer = None
            finally:
                if not ok:
                    why = await self._end()
            seconds = time.monotonic() - began
            printed.finish()
            text = printed.kept.decode(errors="replace")
            if answer is None:
                stopped: Stopped = self._sandbox.ended or ("timeout" if seconds >= timeout else "sandbox")
                said = None if stopped == "timeout" else f"Python ended ({why})."
                return Result(text, None, said, (), printed.dropped, stopped, fresh, seconds)
            return Result(text, *_read(answer), printed.dropped, None, fresh, seconds)

    async def _ask(self, process: Process, code: str, printed: _Printed) -> dict[str, Any] | None:
        mark = f"\0{secrets.token_hex(16)}\0"
        with suppress(OSError):
            process.stdin.write(json.dumps({"code": code, "mark": mark}).encode() + b"\n")
            await process.stdin.drain()
        if not await printed.read(process.stdout, mark.encode()):
            return None
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                line = b""
                while not line.endswith(b"\n") and len(line) < _LONGEST_ANSWER:
                    piece = await process.stderr.read(65_536)
                    if not piece:
                        return None
                    line += piece
            answer = json.loads(line)
        except (TimeoutError, ValueError):
            return None  # code inside wrote where the answers go
        return cast("dict[str, Any]", answer) if isinstance(answer, dict) else None

    async def _end(self) -> str:
        process, self._process = self._process, None
        if process is None:
            return "unknown"
        process.kill()
        code: int | None = None
        with suppress(SandboxEnded, TimeoutError):
            async with asyncio.timeout(5):
                code = await process.wait()
        process.close()
        return "its sandbox ended" if code is None else f"exit status {code}"


class _Printed:
    """What is kept of a piece's output."""

    def __init__(self, most: int, on_output: Callable[[bytes], None] | None) -> None:
        self.kept, self.dropped = bytearray(), 0
        self._most, self._on_output = most, on_output
        self._held = b""
        """What may be the beginning of the mark."""

    async def read(self, stream: asyncio.StreamReader, mark: bytes) -> bool:
        """Read up to the mark; False when the stream ends without it."""
        while piece := await stream.read(65_536):
            self._held += piece
            at = self._held.find(mark)
            if at >= 0:
                self._keep(self._held[:at])
                self._held = b""
                return True
            at = self._held.find(mark[:1], max(0, len(self._held) - len(mark)))
            at = len(self._held) if at < 0 else at
            self._keep(self._held[:at])
            self._held = self._held[at:]
        return False

    def finish(self) -> None:
        """Nothing follows."""
        self._keep(self._held)
        self._held = b""

    def _keep(self, data: bytes) -> None:
        taken = data[: self._most - len(self.kept)]
        self.dropped += len(data) - len(taken)
        self.kept += taken
        if taken and self._on_output is not None:
            self._on_output(taken)


def _read(answer: dict[str, Any]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return value, error and files of an answer, which code inside may have forged."""
    value, error = answer.get("value"), answer.get("error")
    given: Any = answer.get("files")
    files = tuple(str(each) for each in cast("list[Any]", given)[:100]) if isinstance(given, list) else ()
    return (value if isinstance(value, str) else None), (error if isinstance(error, str) else None), files
