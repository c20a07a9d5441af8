"""A real S3-compatible storage server, nanio, in a process of its own on a loopback port."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE

KEY, SECRET, BUCKET = "test-key", "test-secret", "bucket"
MISSING = (
    "nanio, a storage server from PyPI, is not here: no test can show that S3-compatible storage works. `make test`"
)


@dataclass
class S3Server:
    """A running server with one bucket."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path

    @property
    def blobs(self) -> str:
        """The setting `blobs` that names it."""
        return f"s3://{BUCKET}/some/prefix?endpoint=http://127.0.0.1:{self.port}"

    def files(self) -> list[Path]:
        """Return the objects, as the files that they are there."""
        folder = self.data / BUCKET / "some" / "prefix"
        return [path for path in folder.rglob("*") if path.is_file() and ".nanio" not in str(path)]


@contextmanager
def running_s3_server(data: Path) -> Generator[S3Server]:
    """Start one, with its credentials in this process's environment, and end it."""
    if importlib.util.find_spec("nanio") is None or importlib.util.find_spec("obstore") is None:
        pytest.fail(f"{MISSING} installs it.", pytrace=False)
    (data / BUCKET).mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (
        sys.executable,
        "-m",
        "nanio",
        "serve",
        "--data-dir",
        str(data),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    )
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(
            (*command, "--no-access-log"),
            env={**os.environ, "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, data / "server.log")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", KEY)
            patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
            yield S3Server(process, port, data)
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"nanio did not start: {log.read_text(errors='replace')[-2000:]}", pytrace=False)
