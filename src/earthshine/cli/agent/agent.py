"""`earthshine agent`: a task for an agent, steered from the terminal, or done for a pipe."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earthshine.cli.api import find_server, open_api
from earthshine.cli.chat.chat import read_message
from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.console import Failure, refuse

if TYPE_CHECKING:
    from earthshine.cli.agent.client import AgentClient
    from earthshine.cli.agent.screen import Screen

_KINDS = ("tokens", "seconds", "steps", "cents")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class _Wish:
    """What the command was called with."""

    goal: str | None
    model: str
    environment: str
    resume: str | None
    replay: str | None
    files: tuple[Path, ...]
    out: Path | None
    limits: dict[str, int]
    as_json: bool


@click.command()
@click.argument("words", nargs=-1, metavar="[GOAL]...")
@click.option("--url", envvar="EARTHSHINE_URL", help="The server; also EARTHSHINE_URL. [the settings' host and port]")
@click.option(
    "--key",
    envvar="EARTHSHINE_KEY",
    help="The API key; better in EARTHSHINE_KEY. [administrator.key in the data directory]",
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory of a local server.")
@click.option("--model", default="default", show_default=True, help="The model that works.")
@click.option("--no-sandbox", is_flag=True, help="Without a container, so without commands, code and files.")
@click.option("--files", multiple=True, type=_FILE, metavar="FILE", help="Give it a file; may be repeated.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Save the files that it made here.")
@click.option("--limit", "limits", default="", metavar="KIND=N,...", help=f"What it may use: {', '.join(_KINDS)}.")
@click.option("--resume", metavar="ID", help="Go on with a session, with a goal or without; `last` is the newest.")
@click.option("--replay", metavar="ID", help="Show a session again, with its times; no model is asked.")
@click.option("--json", "as_json", is_flag=True, help="Print each event as a line of JSON.")
def agent(
    words: tuple[str, ...],
    url: str | None,
    key: str | None,
    data: Path | None,
    model: str,
    no_sandbox: bool,
    files: tuple[Path, ...],
    out: Path | None,
    limits: str,
    resume: str | None,
    replay: str | None,
    as_json: bool,
) -> None:
    """Give an agent of a running server a task, and watch it work.

    At a terminal, what you type while it works steers it; Ctrl-C pauses it, and asks. In a pipe the answer goes to
    stdout and the steps to stderr. It works in a container of the server; files go in by --files and out by --out.
    The exit code is 0 when it is done, 1 when it failed, 2 when it could not do all of it, 130 when it was stopped or
    left.
    """
    goal = read_message(words) if replay is None else None
    if goal is None and resume is None and replay is None:
        refuse("there is no goal. Give one as an argument or on stdin, or a session with --resume or --replay.")
    if files and no_sandbox:
        refuse("files need a container to be in: leave --no-sandbox out.")
    environment = "none" if no_sandbox else "openai_hosted"
    wish = _Wish(goal, model, environment, resume, replay, files, out, _limits(limits), as_json)
    try:
        code = asyncio.run(_run(wish, *find_server(url, key, data)))
    except ChatError as error:
        raise Failure(str(error)) from None
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _limits(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        kind, _, amount = part.strip().partition("=")
        if kind not in _KINDS or not amount.isdecimal() or int(amount) < 1:
            refuse(f"--limit {part.strip()!r} is none: say {', '.join(f'{kind}=1000' for kind in _KINDS)}.")
        found[kind] = int(amount)
    return found


async def _run(wish: _Wish, url: str, key: str) -> int:
    from earthshine.cli.agent.client import AgentClient
    from earthshine.cli.agent.files import fetch_files, with_files
    from earthshine.cli.agent.screen import JsonScreen, WorkScreen
    from earthshine.cli.agent.work import Work
    from earthshine.cli.chat.screen import open_console

    person = sys.stdin.isatty() and sys.stdout.isatty() and not wish.as_json
    console = open_console(stderr=not sys.stdout.isatty())
    screen = JsonScreen() if wish.as_json else WorkScreen(console, pipe=not sys.stdout.isatty())
    async with ChatClient(url, key) as chat:
        client = AgentClient(chat)
        if wish.replay is not None:
            await client.find(wish.replay)
            work = Work(client, screen, None)
            code, session = await work.replay(), work.last
        else:
            await _begin(wish, client, url, key)
            if isinstance(screen, WorkScreen) and wish.goal:
                screen.own.append(with_files(wish.goal, wish.files))
            code, session = await _follow(client, screen, person=person)
        screen.end()
        for path in await fetch_files(chat, session, wish.out) if wish.out is not None and session else ():
            click.echo(f"saved {path}", err=True)
    return code


async def _begin(wish: _Wish, client: AgentClient, url: str, key: str) -> None:
    """Make a session, or take one up, and tell it what it is to do."""
    from earthshine.cli.agent.files import send_files, with_files

    if wish.resume is not None:
        session = await client.find(wish.resume)
    else:
        goal = wish.goal if wish.environment == "none" else None
        session = await client.begin(wish.model, wish.environment, goal, wish.limits)
        if goal is not None:
            return
    if wish.files:
        if session["environment"]["type"] == "none":
            raise ChatError("This session has no container that files could be in.")
        async with open_api(url, key) as api:
            await send_files(api, session["environment"]["id"], wish.files)
    if wish.goal is not None:
        await client.say(with_files(wish.goal, wish.files))


async def _follow(client: AgentClient, screen: Screen, *, person: bool) -> tuple[int, dict[str, object]]:
    from earthshine.cli.agent.screen import WorkScreen
    from earthshine.cli.agent.work import Work

    if person and isinstance(screen, WorkScreen):
        from earthshine.cli.agent.prompt import AgentPrompt

        return await AgentPrompt(client, screen).run()
    work = Work(client, screen, None)
    try:
        return await work.follow(), work.last
    except asyncio.CancelledError:
        # Ctrl-C: nobody can be asked, so it stops.
        await client.stop()
        raise
