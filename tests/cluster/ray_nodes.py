"""Nodes of a Ray cluster on this machine, each a real `earthshine cluster start`, and what commands say to them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("EARTHSHINE_", "RAY_"))},
    "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
}
"""No settings of whoever runs this; and an end that waits for nobody."""


class Node:
    """One node, until it is stopped or killed."""

    def __init__(self, folder: Path, *flags: str) -> None:
        """Start it; its token and the cluster's models are in `folder / "data"`. Fails with its words."""
        command = ["start", "--temp", str(folder / "ray"), "--data", str(folder / "data"), *flags]
        with (folder / "nodes.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "earthshine", "cluster", *command],
                env=ENVIRONMENT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self.kill()
            raise AssertionError(f"no node started: {(folder / 'nodes.log').read_text()[-2000:]}")
        self.address = line.split()[1]

    def kill(self) -> None:
        """End all its processes at once, as a lost machine would."""
        for pid in [self.process.pid, *_descendants(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> list[int]:
        """End it as an operator would; returns the processes that are still there ten seconds later."""
        children = _descendants(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        until = time.monotonic() + 10
        while (left := [pid for pid in children if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
            time.sleep(0.1)
        return left


@contextmanager
def running_nodes(folder: Path, *cpus: int) -> Iterator[list[Node]]:
    """Run a cluster of nodes with that many cores each, the first of which begins it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nodes: list[Node] = []
    try:
        nodes.append(Node(folder, "--host", "127.0.0.1", "--port", str(port), "--cpus", str(cpus[0])))
        for each in cpus[1:]:
            nodes.append(Node(folder, "--join", nodes[0].address, "--host", "127.0.0.1", "--cpus", str(each)))
        yield nodes
    finally:
        for node in reversed(nodes):
            if node.process.poll() is None:
                node.kill()


def command(folder: Path, *words: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run `earthshine cluster WORDS` against the cluster in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "earthshine", "cluster", *words, "--data", str(folder / "data")],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def status(folder: Path) -> list[dict[str, Any]]:
    """Return what `earthshine cluster status --json` says."""
    done = command(folder, "status", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def attached(folder: Path, url: str, key: str) -> Iterator[subprocess.Popen[str]]:
    """Run `earthshine cluster attach` for a server."""
    words = ["attach", "--url", url, "--data", str(folder / "data")]
    with (folder / "attach.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "earthshine", "cluster", *words],
            env={**ENVIRONMENT, "EARTHSHINE_KEY": key},
            stderr=log,
            text=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *_descendants(child)]
    return found
