"""One answer to one message, for commands that ask once."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
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
) -> None:
    """Write the answer to a message, and what it cites; with `as_json`, the whole response at its end.

    Exit code 0 only when it is complete: raises `Failure`, or ends the command after Ctrl-C.
    """
    try:
        asyncio.run(_answer(content, url, key, model, system, tools, as_json))
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
) -> None:
    from earthshine.cli.chat.conversation import Conversation
    from earthshine.cli.chat.screen import PlainScreen, Screen, SilentScreen, TerminalScreen, open_console

    screen: Screen
    if as_json:
        screen = SilentScreen()
    elif sys.stdout.isatty():
        screen = TerminalScreen(open_console())
    else:
        screen = PlainScreen()
    async with ChatClient(url, key) as client:
        turn = await Conversation(client, model, system, tools).send(content, screen)
    if as_json:
        click.echo(json.dumps(turn.response, ensure_ascii=False))
    elif sources := turn.sources.listed():
        click.echo("\n" + "\n".join(sources))
    if turn.shortfall:
        raise ChatError(f"the answer is not complete: {turn.shortfall}")
