"""A real `earthshine serve` in a process of its own, for tests that want the whole house."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.databases import lay_database

KEY = "sk-es-test-administrator"
NOWHERE = {
    "EARTHSHINE_HF_ENDPOINT": "http://127.0.0.1:9",
    "EARTHSHINE_PACKAGE_INDEX": "http://127.0.0.1:9/simple",
}
"""No test looks beyond this machine to see what could be fetched; those that fetch have servers of their own."""
SMALL = {"EARTHSHINE_SLOTS": "4", **NOWHERE}
"""Little memory to clear at each start."""


@dataclass
class ServerProcess:
    """One running server."""

    process: asyncio.subprocess.Process
    url: str
    """Without `/v1`."""
    key: str
    data: Path
    log: Path
    """What it wrote to stderr."""
    ready_after: float
    """Seconds from start to the line `ready`."""

    @property
    def pid(self) -> int:
        """The server's process; engines are its children."""
        return self.process.pid

    async def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            # Ten to drain, three for what still runs then, and the rest on a machine that is busy with other tests.
            async with asyncio.timeout(40):
                return await self.process.wait()
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"the server did not end within 40 s of SIGTERM; its log:\n{tail(self.log)}") from None


async def start_server(
    data: Path,
    *flags: str,
    env: dict[str, str] | None = None,
    port: int = 0,
    patience: float = 60,
    own_group: bool = False,
) -> ServerProcess:
    """Start a server on `data` and wait for its `ready` line. Fails with its log when that does not come.

    With `own_group`, its process group has its own number, so that a signal to the group reaches only it and its
    children.
    """
    data.mkdir(parents=True, exist_ok=True)
    log = data / "server.log"
    # No settings of the person who runs the tests: only these.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EARTHSHINE_")}
    started = time.monotonic()
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "earthshine", "serve", "--port", str(port), "--data", str(data), *flags),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=data,
            start_new_session=own_group,
            env={**inherited, **SMALL, "EARTHSHINE_BOOTSTRAP_KEY": KEY, **lay_database(data), **(env or {})},
        )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(patience):
            line = (await process.stdout.readline()).decode().strip()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if not line.startswith("ready http://"):
        await process.wait()
        raise AssertionError(f"no `ready` but {line!r}, exit code {process.returncode}; its log:\n{tail(log)}")
    ready_after = time.monotonic() - started
    return ServerProcess(process, line.removeprefix("ready "), KEY, data, log, ready_after)


def tail(log: Path, lines: int = 40) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
