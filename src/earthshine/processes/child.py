"""One child process of ours: a line of options in, a line that says `ready` out, and its log on standard error.

It is the leader of a process group of its own, so that whatever it starts ends with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from earthshine.processes.tree import end_group

_LOG_LINES = 30


class Child:
    """A process that was started, whether or not it still runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._log = deque[str](maxlen=_LOG_LINES)
        assert process.stderr is not None
        self._logging = asyncio.create_task(self._keep_log(process.stderr))
        self._logging.add_done_callback(_ignore)

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], *, inherit: bool = True, line: int = 65_536
    ) -> Child:
        """Start a command, with these variables beside our own, or alone; `line`: bytes of its longest line.

        Raises `OSError`.
        """
        return cls(
            await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**environment, **os.environ} if inherit else dict(environment),
                start_new_session=True,
                limit=line,
            )
        )

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._process.pid

    @property
    def memory(self) -> int:
        """Bytes that it and all that it started have resident; 0 when it has ended."""
        return sum(map(resident, [self.pid, *children(self.pid)]))

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self._process.returncode
        return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"

    def tell(self, options: Mapping[str, Any]) -> None:
        """Send its options."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(options).encode() + b"\n")

    async def line(self) -> bytes:
        """Return its next line; without its end when the child has ended. Raises `ValueError` for one too long."""
        assert self._process.stdout is not None
        return await self._process.stdout.readline()

    async def greet(self, options: Mapping[str, Any], patience: float) -> dict[str, Any]:
        """Send its options, and return its first words; an empty object when it ended without any.

        Raises `TimeoutError` when there are none after `patience` seconds.
        """
        try:
            self.tell(options)
            async with asyncio.timeout(patience):
                line = await self.line()
        except TimeoutError:
            raise
        except OSError:
            line = b""
        return json.loads(line) if line.startswith(b"{") else {}

    async def wait(self) -> None:
        """Return when it has ended, and so has what it left of its group."""
        await self._process.wait()
        end_group(self.pid)

    async def leave(self, patience: float) -> None:
        """Ask it to end, which what reads its standard input to the end does; wait for that, some seconds at most."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.wait()

    def kill(self) -> None:
        """Kill it, and what it started; `wait` for the end."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.kill()
        await self.wait()

    async def logged(self) -> None:
        """Return when its log has ended, which it does with the child."""
        await asyncio.wait([self._logging], timeout=1)

    def last_words(self) -> str:
        """Return the end of its log, in one line."""
        return " | ".join(list(self._log)[-3:]) or "none"

    async def _keep_log(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self._log.append(line.decode(errors="replace").rstrip())


def resident(pid: int) -> int:
    """Return the bytes that a process has resident; 0 when there is none, or nobody can tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """Return the ids of a process's children and of theirs; none where nobody can tell."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError, ValueError):
            for child in map(int, task.read_text().split()):
                found += [child, *children(child)]
    return found


def _ignore(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
