"""Nothing gets out: each attempt in each kind of sandbox, and outside of any, where it must succeed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from earthshine.sandboxes.base import Backend, Command, Sandbox, Spec
from earthshine.sandboxes.launch import PROGRAMS
from tests.sandboxes.attempts import ATTEMPTS, Attempt
from tests.sandboxes.conftest import make_workspace


@pytest.fixture(scope="session")
def host(ground: Path) -> Generator[dict[str, str]]:
    """What there is to get at on the host, by the names that attempts know."""
    hidden = ground / "host"
    hidden.mkdir()
    for name in ("secret", "secret-to-move"):
        (hidden / name).write_text("a secret of the host")
    shared = Path("/dev/shm") / f"earthshine-test-{os.getpid()}"
    shared.write_text("a secret of the host")
    abstract = f"earthshine-test-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as four,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as unnamed,
    ):
        named.bind(str(hidden / "socket"))
        unnamed.bind(f"\0{abstract}")
        for each in (named, unnamed):
            each.listen(64)
        (hidden / "socket").chmod(0o777)
        disk = subprocess.run(["findmnt", "-no", "SOURCE", "/"], capture_output=True, text=True, check=True).stdout
        yield {
            "SECRET": str(hidden / "secret"),
            "SHARED": str(shared),
            "SOCKET": str(hidden / "socket"),
            "ABSTRACT": abstract,
            "PORT": str(four.getsockname()[1]),
            "PORT6": str(six.getsockname()[1]),
            "HOST": str(os.getpid()),
            "DISK": disk.strip(),
            "AGENT": str(PROGRAMS / "agent.py"),
        }
    shared.unlink()


@pytest.fixture(scope="module")
async def shared_sandbox(backend: Backend, ground: Path) -> AsyncGenerator[Sandbox]:
    """One sandbox for all attempts: what one of them broke, the next would show."""
    started = await backend.start(Spec(make_workspace(backend, ground)))
    yield started
    await started.stop()


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.name)
async def test_it_is_held(attempt: Attempt, shared_sandbox: Sandbox, host: dict[str, str]) -> None:
    done = await shared_sandbox.run(Command(["python3", "-c", attempt.program()], env=host, timeout=30))
    assert done.code == 0, done.stderr.decode()
    assert done.stdout.startswith(b"held:"), done.stdout


@pytest.mark.parametrize("attempt", [each for each in ATTEMPTS if each.proved], ids=lambda each: each.name)
def test_it_succeeds_where_there_is_no_sandbox(attempt: Attempt, host: dict[str, str], tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("most attempts need root where there is no sandbox")
    done = subprocess.run(
        [sys.executable, "-c", attempt.program()],
        env={**os.environ, **host},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "OUT\n", done.stdout
