"""`earthshine environment`: this machine as the environment of an agent's session, in a sandbox, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options
from earthshine.cli.remote import address_options

if TYPE_CHECKING:
    from earthshine.egress import Record
    from earthshine.sandboxes.base import Sandbox
    from earthshine.settings import Settings

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
"""Seconds before the first try to connect again, and at most."""
_HEARTBEAT = 20.0
_FINAL = {
    4403: "the server does not let this machine be that environment",
    4409: "another machine has connected in this one's place",
}
"""What ends it, by the code with which the server closes the connection."""


@click.command()
@click.argument("environment_id")
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder in which the agent works, and may write. [the current folder]",
)
@click.option("--network", default="", metavar="HOST,...", help="Hosts that commands may reach. [none]")
@click.option(
    "--unconfined",
    is_flag=True,
    help="Run commands WITHOUT a sandbox: the agent can then do all that you can do on this machine.",
)
@address_options
@settings_options("sandbox", "sandbox_python")
def environment(
    environment_id: str,
    workspace: Path,
    network: str,
    unconfined: bool,
    url: str | None,
    key: str | None,
    data: Path | None,
    config: Path | None,
    **flags: Any,
) -> None:
    """Let an agent work on this machine, in a sandbox.

    Commands of the session with this environment run in --workspace. They see the programs of this machine and that
    folder, and nothing else of yours. It connects to the server, again and again when the connection is lost, until you
    end it with Ctrl-C.
    """
    from earthshine.cli.api import find_server
    from earthshine.errors import EarthshineError

    address, secret = find_server(url, key, data)
    settings = read_settings(config=config, **flags)
    hosts = [each.strip() for each in network.split(",") if each.strip()]
    place = f"{address}/earthshine/v1/agents/environments/{environment_id}/connection"
    try:
        asyncio.run(_connect(settings, place, secret, workspace.resolve(), hosts, unconfined=unconfined))
    except EarthshineError as error:
        raise Failure(
            f"{error.message} To run commands without a sandbox, with all your rights, say --unconfined."
        ) from None
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit(130)


async def _connect(
    settings: Settings, place: str, secret: str, workspace: Path, hosts: list[str], *, unconfined: bool
) -> None:
    import aiohttp

    async with AsyncExitStack() as stack:
        if unconfined:
            _say("WARNING: commands of the agent run WITHOUT a sandbox, with all your rights on this machine.")
            start = _unconfined(workspace)
        else:
            start = await _confined(settings, workspace, hosts, stack)
        headers = {"authorization": f"Bearer {secret}"}
        session = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        pause = _FIRST_PAUSE
        while True:
            try:
                async with session.ws_connect(place, heartbeat=_HEARTBEAT, max_msg_size=2**20) as socket:
                    _say(f"connected; the agent works in {workspace}.")
                    if await _serve(socket, start):
                        pause = _FIRST_PAUSE
                if socket.close_code in _FINAL:
                    raise Failure(f"{_FINAL[socket.close_code]}.")
                _say("the connection was lost; what ran was ended.")
            except aiohttp.WSServerHandshakeError as error:
                if error.status in (401, 403, 404):
                    raise Failure(f"the server refused the connection ({error.status}): check the key.") from None
                _say(f"the server answered {error.status}.")
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _say(f"there is no answer from the server ({error or type(error).__name__}).")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


async def _serve(socket: Any, start: Callable[[], Awaitable[Sandbox]]) -> bool:
    """Do what the server asks for until the connection ends; tells whether it asked for anything."""
    import aiohttp

    from earthshine.agents.environments.connections.connector import Connector
    from earthshine.agents.environments.connections.frames import decode

    async def send(message: bytes) -> None:
        with suppress(aiohttp.ClientError, OSError):  # whoever reads hears of the end
            await socket.send_bytes(message)

    connector, asked = Connector(start, send), False
    try:
        await connector.greet()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                asked = True
                connector.take(decode(message.data))
    except ValueError:
        _say("the server said something that this version does not understand.")
    finally:
        await connector.close()
    return asked


async def _confined(
    settings: Settings, workspace: Path, hosts: list[str], stack: AsyncExitStack
) -> Callable[[], Awaitable[Sandbox]]:
    """Return what starts a sandbox. Raises `SandboxRefused` where there is none to be had."""
    from earthshine.egress import EgressProxy, Policy
    from earthshine.processes.runtime_folder import RuntimeFolder
    from earthshine.sandboxes.base import SandboxRefused, Spec
    from earthshine.sandboxes.launch import confined_user
    from earthshine.sandboxes.registry import Sandboxes

    user = confined_user()
    if user is not None and workspace.stat().st_uid != user:  # noqa: ASYNC240  the command does nothing else yet
        raise Failure(
            f"commands in root's sandboxes run as nobody, who may not write in {workspace}. Run this as an ordinary "
            "user, or give the folder to nobody (`chown -R nobody`)."
        )
    backend = await Sandboxes(settings).backend()
    if hosts and not backend.network:
        raise SandboxRefused("Sandboxes of this machine have no network; `earthshine doctor` says what is missing.")
    egress = None
    if hosts:
        folder = RuntimeFolder("egress")
        stack.callback(folder.remove)
        egress = folder.path / "proxy"
        await stack.enter_async_context(EgressProxy(Policy.allow(hosts), _tell).serve(egress))
    _say(f"commands run in {await backend.check()}.")

    async def start() -> Sandbox:
        return await backend.start(Spec(workspace, egress=egress))

    return start


def _unconfined(workspace: Path) -> Callable[[], Awaitable[Sandbox]]:
    from earthshine.agents.environments.connections.unconfined import Unconfined

    async def start() -> Sandbox:
        return Unconfined(workspace)

    return start


def _tell(record: Record) -> None:
    if record.verdict not in ("open", "done"):
        _say(f"{record.host}:{record.port} was not reached ({record.verdict.replace('_', ' ')}).")


def _say(text: str) -> None:
    click.echo(f"earthshine: {text}", err=True)
