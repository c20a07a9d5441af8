"""Commands without a sandbox, for the one person who said so about their own machine."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.base import Command, OnOutput, Outcome, Process, Sandbox, Stopped

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "TMPDIR", "TERM")
"""What commands see of this program's variables: its key is not among them."""


class _Child(Process):
    def __init__(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        self._child = child
        self.stdin, self.stdout, self.stderr = child.stdin, child.stdout, child.stderr

    async def wait(self) -> int:
        code = await self._child.wait()
        self.kill()  # what it left behind
        return code if code >= 0 else 128 - code

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)

    def close(self) -> None:
        self.stdin.close()


class Unconfined(Sandbox):
    """The machine itself, as the user who runs this program."""

    def __init__(self, workspace: Path) -> None:
        self.inside = str(workspace)
        self._children: set[_Child] = set()

    @property
    def ended(self) -> Stopped | None:
        return None

    async def spawn(self, command: Command) -> Process:
        env = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            child = await asyncio.create_subprocess_exec(
                *command.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=os.path.join(self.inside, command.cwd),
                env={**env, **command.env},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise InvalidRequest(f"The command cannot be started: {error}.") from None
        process = _Child(child)
        self._children.add(process)
        return process

    async def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        """Nobody asks for it: a connector spawns."""
        raise NotImplementedError

    async def stop(self) -> None:
        for each in self._children:
            each.kill()
