"""A command in a real pseudo-terminal, driven as a person would."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.patience import PATIENCE

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_])")


class Terminal:
    """What the command shows, and a keyboard."""

    def __init__(self, master: int, process: asyncio.subprocess.Process) -> None:
        self._master = master
        self.process = process
        self.raw = ""
        self._seen = 0
        self._arrived = asyncio.Event()
        self._undecoded = b""
        os.set_blocking(master, False)
        asyncio.get_running_loop().add_reader(master, self._read)

    @property
    def screen(self) -> str:
        """All that was ever written, without escape sequences."""
        return ESCAPES.sub("", self.raw)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            data = b""  # Linux reports the other end's closing as an I/O error
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
        if b"\x1b[6n" in data:
            os.write(self._master, b"\x1b[1;1R")  # "where is the cursor?"
        self._undecoded += data
        text = self._undecoded.decode(errors="ignore")
        self._undecoded = self._undecoded[len(text.encode()) :]
        self.raw += text
        self._arrived.set()

    async def shows(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until `text` appears after what was awaited before."""
        try:
            async with asyncio.timeout(timeout):
                while (place := self.screen.find(text, self._seen)) < 0:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(
                f"{text!r} did not appear; the screen since then:\n{self.screen[self._seen :]}"
            ) from None
        self._seen = place + len(text)

    def type(self, keys: str) -> None:
        """Press keys; Enter is a carriage return, Ctrl-C is \\x03."""
        os.write(self._master, keys.encode())

    async def ends(self, timeout: float = PATIENCE) -> int:
        """Wait for the command's end and return its exit code."""
        async with asyncio.timeout(timeout):
            return await self.process.wait()


@asynccontextmanager
async def open_terminal(*arguments: str, env: dict[str, str], cwd: Path | None = None) -> AsyncGenerator[Terminal]:
    """Run `earthshine ARGUMENTS` in a terminal of 24 rows and 80 columns; it is killed at the end of the block."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def own_the_terminal() -> None:
        os.setsid()
        # A shell without a terminal has what it runs in the background ignore it, and so would this.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "earthshine",
        *arguments,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", **env},
        cwd=cwd,
        preexec_fn=own_the_terminal,
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
        asyncio.get_running_loop().remove_reader(master)
        os.close(master)
