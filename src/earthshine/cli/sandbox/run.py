"""`earthshine run`: a command in a sandbox of this machine, as if it ran here."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options

if TYPE_CHECKING:
    from earthshine.cli.sandbox.working_copy import WorkingCopy
    from earthshine.egress import Record
    from earthshine.sandboxes.base import Limits, Process
    from earthshine.settings import Settings

_SIZE = re.compile(r"(\d{1,6})([mg])", re.IGNORECASE)
_LEAST, _MOST = 16 * 2**20, 2**40
_SECONDS = 600
_DAY = 86_400
_TIME_IS_OVER, _INTERRUPTED, _TOOK_TOO_MUCH, _NOBODY_READS = 124, 130, 137, 141
_SHOWN = 20


class NotRun(Failure):
    """The command could not be started in a sandbox; the exit code is that of `timeout`, `env` and `docker run`."""

    exit_code = 125


def _bytes(_context: click.Context, _param: click.Parameter, value: str) -> int:
    found = _SIZE.fullmatch(value)
    size = int(found[1]) * (2**30 if found[2] in "gG" else 2**20) if found else 0
    if not _LEAST <= size <= _MOST:
        raise click.BadParameter(f"{value!r} is no size from 16m to 1024g, such as 512m or 2g.")
    return size


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, metavar="[--] CMD...")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work on a copy of this folder; what was made or changed comes back. [an empty folder]",
)
@click.option("--read-only", is_flag=True, help="Bring nothing back into --folder.")
@click.option(
    "--network",
    default="",
    metavar="HOST,...",
    help="Hosts that may be reached, such as example.org or *.example.org. [none]",
)
@click.option(
    "--memory", callback=_bytes, default="1g", show_default=True, metavar="SIZE", help="Of all its processes together."
)
@click.option(
    "--time",
    "seconds",
    type=click.IntRange(1, _DAY),
    default=_SECONDS,
    show_default=True,
    help="Seconds after which it is ended.",
)
@settings_options("data", "sandbox", "sandbox_python")
def run(
    command: tuple[str, ...],
    folder: Path | None,
    read_only: bool,
    network: str,
    memory: int,
    seconds: int,
    config: Path | None,
    **flags: Any,
) -> None:
    """Run a command in a sandbox of this machine; no server is needed.

    It sees the programs of this machine, the folder that it works in, and nothing else: no home, no network but the
    hosts that you name. Standard streams are yours, and so is its exit code; Ctrl-C ends it. The exit code is 124 when
    its time is over, 137 when it took too much, and 125 when it could not be run: there is no way to run it without a
    sandbox.
    """
    from earthshine.errors import EarthshineError
    from earthshine.sandboxes.base import Limits

    if read_only and folder is None:
        raise NotRun("--read-only says what becomes of --folder. Name one.")
    settings = read_settings(config=config, **flags)
    limits = Limits(memory=memory, processor=seconds)
    hosts = [each.strip() for each in network.split(",") if each.strip()]
    try:
        folder = folder and folder.absolute()
        code = asyncio.run(_run(settings, command, folder, not read_only, hosts, limits, seconds))
    except EarthshineError as error:
        raise NotRun(error.message) from None
    except OSError as error:
        raise NotRun(f"the sandbox could not be made ({error}).") from None
    except (asyncio.CancelledError, KeyboardInterrupt):
        code = _INTERRUPTED
    sys.exit(code)


async def _run(
    settings: Settings,
    command: tuple[str, ...],
    folder: Path | None,
    bring_back: bool,
    hosts: list[str],
    limits: Limits,
    seconds: int,
) -> int:
    from contextlib import AsyncExitStack

    from earthshine.cli.sandbox.working_copy import WorkingCopy
    from earthshine.egress import EgressProxy, Policy
    from earthshine.sandboxes.base import Command, SandboxRefused, Spec
    from earthshine.sandboxes.launch import confined_user
    from earthshine.sandboxes.registry import Sandboxes
    from earthshine.sandboxes.workspace import Workspace

    task = asyncio.current_task()
    assert task is not None
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, task.cancel)
    policy = Policy.allow(hosts)
    backend = await Sandboxes(settings).backend()
    if hosts and not backend.network:
        raise SandboxRefused("Sandboxes of this machine have no network; `earthshine doctor` says what is missing.")
    async with AsyncExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="earthshine-run-")))
        os.chmod(place, 0o711)  # noqa: S103  whoever runs inside must pass, where nothing is mounted
        workspace = Workspace(place / "data", confined_user())
        workspace.make()
        stack.callback(workspace.remove)
        copy = WorkingCopy(folder, workspace) if folder is not None else None
        if copy is not None:
            copy.fill(limits)
        egress = place / "egress" if hosts else None
        if egress is not None:
            await stack.enter_async_context(EgressProxy(policy, _tell).serve(egress))
        sandbox = await backend.start(Spec(workspace.root, limits, egress))
        stack.push_async_callback(sandbox.stop)
        code, by_itself = await _follow(await sandbox.spawn(Command(command)), seconds)
        if copy is not None and bring_back and by_itself:
            _bring_back(copy)
        elif copy is not None and bring_back:
            _say(f"nothing was brought back into {folder}.")
        return code


async def _follow(process: Process, seconds: int) -> tuple[int, bool]:
    """Join the streams until the command ends; returns the exit code, and whether it ended by itself."""
    from earthshine.cli.sandbox.streams import copy_output, feed_input
    from earthshine.sandboxes.base import SandboxEnded

    feed_input(process)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(copy_output(process.stdout, 1), copy_output(process.stderr, 2))
            return await process.wait(), True
    except TimeoutError:
        _say(f"it was ended after {seconds} seconds. Give it more with --time.")
        return _TIME_IS_OVER, False
    except SandboxEnded as error:
        _say(error.message)
        return _TOOK_TOO_MUCH, False
    except BrokenPipeError:
        return _NOBODY_READS, False


def _bring_back(copy: WorkingCopy) -> None:
    brought = copy.bring_back()
    for path in brought.written[:_SHOWN]:
        _say(f"wrote {path}")
    if len(brought.written) > _SHOWN:
        _say(f"wrote {len(brought.written) - _SHOWN} more files")
    for path in brought.refused[:_SHOWN]:
        _say(f"{path} was not written: a link, or no plain file or folder, stands in its way.")


def _tell(record: Record) -> None:
    """Say of a connection that it was refused, and why."""
    if record.verdict not in ("open", "done"):
        advice = f" Allow it with --network {record.host}." if record.verdict == "not_allowed" else ""
        _say(f"{record.host}:{record.port} was not reached ({record.verdict.replace('_', ' ')}).{advice}")


def _say(text: str) -> None:
    click.echo(f"earthshine: {text}", err=True)
