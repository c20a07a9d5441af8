"""Fixtures for commands run as a person or a script runs them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.fake_server import FakeServer
from tests.patience import PATIENCE

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


@dataclass
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Coroutine[None, None, Ended]]


@pytest.fixture
async def fake() -> AsyncGenerator[FakeServer]:
    """A running fake server."""
    async with FakeServer().run() as server:
        yield server


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `earthshine ...` in an empty directory without a terminal; `stdin` is what it is fed."""

    async def run_command(*arguments: str, stdin: str | bytes = "", env: dict[str, str] | None = None) -> Ended:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "earthshine",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=tmp_path,
            env={**ENVIRONMENT, "HOME": str(tmp_path), **(env or {})},
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate(stdin.encode() if isinstance(stdin, str) else stdin)
        finally:
            if process.returncode is None:
                process.kill()
        return Ended(process.returncode or 0, out.decode(), err.decode())

    return run_command
