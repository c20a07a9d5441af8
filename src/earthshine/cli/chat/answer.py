"""One answer to one message, for commands that ask once."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.console import Failure


def answer(
    content: str | list[dict[str, Any]],
    url: str,
    key: str,
    model: str,
    *,
    system: str = "",
    tools: Sequence[dict[str, Any]] = (),
    as_json: bool = False,
    names: str = "",
    into: Path | None = None,
) -> None:
    """Write the answer to a message, and what it cites; with `as_json`, the whole response at its end.

    `names`: more tools, by name; `into`: a folder in which the files that they made are saved.
    Exit code 0 only when it is complete: raises `Failure`, or ends the command after Ctrl-C.
    """
    try:
        asyncio.run(_answer(content, url, key, model, system, tools, as_json, names, into))
    except ChatError as error:
        raise Failure(str(error)) from None
    except KeyboardInterrupt:
        sys.exit(130)


async def _answer(
    content: str | list[dict[str, Any]],
    url: str,
    key: str,
    model: str,
    system: str,
    tools: Sequence[dict[str, Any]],
    as_json: bool,
    names: str,
    into: Path | None,
) -> None:
    from earthshine.cli.chat.conversation import Conversation
    from earthshine.cli.chat.made_files import save
    from earthshine.cli.chat.screen import PlainScreen, Screen, SilentScreen, TerminalScreen, open_console
    from earthshine.cli.chat.tool_commands import find_tools

    screen: Screen
    if as_json:
        screen = SilentScreen()
    elif sys.stdout.isatty():
        screen = TerminalScreen(open_console())
    else:
        screen = PlainScreen()
    async with ChatClient(url, key) as client:
        if names:
            tools = [*tools, *await find_tools(client, names)]
        turn = await Conversation(client, model, system, tools).send(content, lambda: screen)
        saved = (
            [await save(client, each, into / each.name) for each in dict.fromkeys(turn.files)]
            if into is not None
            else []
        )
    if as_json:
        click.echo(json.dumps(turn.response, ensure_ascii=False))
    elif sources := turn.sources.listed():
        click.echo("\n" + "\n".join(sources))
    for path in saved:
        click.echo(f"saved {path}", err=True)
    if turn.shortfall:
        raise ChatError(f"the answer is not complete: {turn.shortfall}")
