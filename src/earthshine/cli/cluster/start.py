"""`earthshine cluster start`: this machine as a node of a Ray cluster, until it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from earthshine.cli.console import Failure, read_settings, refuse, settings_options

_STARTED = "Ray runtime started"
_DRAIN = 90
"""Seconds that replies on this node get when it ends: those that a replica gives them, and some to be asked no more."""
_OBJECTS = 256 * 2**20
"""Bytes of shared memory: only weights pass through it, in pieces of a few MiB."""


@click.command()
@click.option("--join", metavar="HOST:PORT", help="Join the cluster that was begun there. [begin one]")
@click.option("--host", help="This machine's address, by which other nodes reach it. [found]")
@click.option("--port", type=int, default=6379, show_default=True, help="Port of the first node.")
@click.option("--cpus", type=int, help="Cores that replicas may take. [all]")
@click.option("--gpus", type=int, help="Graphics cards that replicas may take. [all]")
@click.option("--temp", type=click.Path(path_type=Path), help="Where Ray keeps its logs and sockets. [/tmp/ray]")
@settings_options("data")
def start(
    join: str | None, host: str | None, port: int, cpus: int | None, gpus: int | None, temp: Path | None,
    config: Path | None, **flags: Any,
) -> None:  # fmt: skip
    """Begin a cluster on this machine, or join one with --join, and stay until Ctrl-C or SIGTERM.

    Prints `ready HOST:PORT` when it stands. Whoever joins needs the file `cluster.token` of the first machine's data
    directory in its own, or the content in RAY_AUTH_TOKEN.
    """
    from earthshine.cluster.ray_package import NODE_DATA, load_ray, prepare_environment
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    try:
        prepare_environment(settings.data, make_token=join is None)
        load_ray()
        os.environ[NODE_DATA] = str(settings.data.absolute())
        # The first node is never free of Serve's own way in, so it would always take all the time that it may.
        os.environ.setdefault("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S", str(_DRAIN if join else 5))
    except EarthshineError as error:
        raise Failure(error.message) from error
    wanted = {
        "address": join,
        "port": None if join else port,
        "node-ip-address": host,
        "num-cpus": cpus,
        "num-gpus": gpus,
        "temp-dir": temp and temp.absolute(),
        "object-store-memory": _OBJECTS,
        # Its own fixed one would keep a second node off the same machine.
        "dashboard-agent-listen-port": 0,
    }
    named = [f"--{name}={value}" for name, value in wanted.items() if value is not None]
    first = [] if join else ["--head", "--include-dashboard=false"]
    sys.exit(_run([_program(), "start", "--block", "--disable-usage-stats", *first, *named], join, host, port))


def _program() -> str:
    beside = Path(sys.executable).with_name("ray")
    found = str(beside) if beside.exists() else shutil.which("ray")
    return found or refuse("there is no program `ray` beside this Python; install `earthshine[ray]` anew.")


def _run(command: list[str], join: str | None, host: str | None, port: int) -> int:
    """Run it until it or we are ended; returns its exit code, 0 when we ended it."""
    # In a group of its own, so that Ctrl-C comes to it once, by us.
    process = subprocess.Popen(  # noqa: S603 - our own words and numbers
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    )
    asked = False

    def end(*_: object) -> None:
        nonlocal asked
        asked = True
        process.send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    assert process.stdout is not None
    said: list[str] = []
    ready = False
    for line in process.stdout:
        if ready:
            continue
        said = [*said[-20:], line.rstrip()]
        if "Local node IP" in line and host is None:
            host = line.split()[-1]
        if _STARTED in line:
            ready = True
            click.echo(f"ready {join or f'{host}:{port}'}")
            sys.stdout.flush()
    code = process.wait()
    if asked:
        return 0
    if not ready:
        click.echo("\n".join(said), err=True)
    raise Failure(f"the node of Ray ended with exit code {code}.")
