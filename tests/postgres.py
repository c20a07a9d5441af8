"""A throw-away PostgreSQL cluster on a loopback port, and empty databases in it."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

T = TypeVar("T")

HOW_TO_GET_IT = (
    "PostgreSQL's programs are not here, and half of what a server does cannot be tested without them. "
    "On Debian: `apt-get install postgresql` (`make test` as root does it); elsewhere put `initdb` and `postgres` "
    "on PATH."
)

# As fast as it can be: nobody needs these data after a power cut. Several servers, each with its pool, use it at once.
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "300",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "warning",
}


def programs() -> Path | None:
    """Return the folder of the newest `initdb` and `postgres`, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: [int(part) for part in path.parts[4].split(".") if part.isdigit()],
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Cluster:
    """One running PostgreSQL server, whose superuser `postgres` needs no password from this machine."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log
        """What the server wrote to stderr."""
        self._numbers = itertools.count(1)
        # asyncpg wants a loop of its own wherever it is called from.
        self._thread = ThreadPoolExecutor(1, "postgres-admin")

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases, as a user would write it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, *, template: str = "template0") -> str:
        """Make a fresh database, and return its URL. `template`: the database to copy, which nobody may be using."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever uses it."""
        self.execute(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run one statement, from wherever, and return its rows."""

        async def fetch() -> list[Any]:
            connection = await asyncpg.connect(self.url(database))
            try:
                return await connection.fetch(statement)
            finally:
                await connection.close()

        return self.run(fetch())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in a loop of its own, from wherever."""
        return self._thread.submit(asyncio.run, work).result()


def name_of(url: str) -> str:
    """Return the name of the database that a URL of a cluster names."""
    return url.rpartition("/")[2]


@contextmanager
def running_cluster() -> Generator[Cluster]:
    """Make a cluster, and remove it at the end. Without PostgreSQL, fail and say what to install."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.fail(HOW_TO_GET_IT, pytrace=False)
    # PostgreSQL refuses to run as root.
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="earthshine-postgres-"))
    try:
        if user:
            shutil.chown(folder, "postgres", "postgres")
        log = folder / "log"
        made = subprocess.run(
            [
                *(bin_folder / "initdb", "--pgdata", folder / "data", "--username", "postgres"),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            **user,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            pytest.fail(f"initdb failed:\n{made.stdout}{made.stderr}", pytrace=False)
        port = _free_port()
        settings = {**_OPTIONS, "port": str(port), "unix_socket_directories": str(folder)}
        server = [str(bin_folder / "postgres"), "-D", str(folder / "data")]
        for name, value in settings.items():
            server += ["-c", f"{name}={value}"]
        # It lives as long as our end of its pipe is open: also a test run that is killed leaves nothing behind.
        watch = '"$@" <&- & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$PWD"'
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                ["sh", "-c", watch, "sh", *server], **user, cwd=folder, stdin=subprocess.PIPE, stderr=stderr
            )
        try:
            _wait_until_it_answers(port, process, log)
            yield Cluster(port, log)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            Cluster(port, log).execute("SELECT 1")
            return
        except (OSError, asyncpg.CannotConnectNowError):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL does not answer:\n{log.read_text(errors='replace')}", pytrace=False)
            time.sleep(0.05)
