"""`earthshine chat`: a conversation in the terminal, or one answer in a pipe."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from earthshine.cli.api import find_server
from earthshine.cli.chat.answer import answer
from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.console import Failure, refuse


@click.command()
@click.argument("words", nargs=-1, metavar="[MESSAGE]...")
@click.option("--url", envvar="EARTHSHINE_URL", help="The server; also EARTHSHINE_URL. [the settings' host and port]")
@click.option(
    "--key",
    envvar="EARTHSHINE_KEY",
    help="The API key; better in EARTHSHINE_KEY. [administrator.key in the data directory]",
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory of a local server.")
@click.option("--model", default="default", show_default=True, help="The model to talk to.")
@click.option("--system", default="", help="Instructions for the model.")
@click.option("--tools", default="", metavar="NAME,...", help="Tools that the model may use; /tools lists them.")
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Save the files that tools made in this folder; needs a message.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole response as JSON; needs a message.")
def chat(
    words: tuple[str, ...],
    url: str | None,
    key: str | None,
    data: Path | None,
    model: str,
    system: str,
    tools: str,
    files: Path | None,
    as_json: bool,
) -> None:
    """Talk to a model of a running server.

    Without a MESSAGE it opens a conversation; /help in it lists commands and keys. With one, or with text on stdin, it
    prints the answer and ends: `cat report.txt | earthshine chat "summarise"`. In a pipe the answer is plain text, and
    the exit code is 0 only when it is complete.
    """
    message = read_message(words)
    if message is None and (as_json or files is not None or not sys.stdout.isatty()):
        refuse("there is no message. Give one as an argument or on stdin.")
    address, secret = find_server(url, key, data)
    if message is not None:
        answer(message, address, secret, model, system=system, as_json=as_json, names=tools, into=files)
        return
    try:
        asyncio.run(_converse(address, secret, model, system, tools))
    except ChatError as error:
        raise Failure(str(error)) from None
    except KeyboardInterrupt:
        sys.exit(130)


def read_message(words: tuple[str, ...]) -> str | None:
    """Join the arguments and what stdin brings; None when a person sits there and has said nothing yet."""
    asked = " ".join(words)
    if sys.stdin.isatty():
        return asked or None
    try:
        piped = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        refuse(f"stdin is not UTF-8 text (byte {error.start}). Convert it first, for example with iconv.")
    return "\n\n".join(part for part in (asked, piped.strip("\n")) if part.strip()) or None


async def _converse(url: str, key: str, model: str, system: str, names: str) -> None:
    from earthshine.cli.chat.conversation import Conversation
    from earthshine.cli.chat.prompt import ChatPrompt
    from earthshine.cli.chat.screen import open_console
    from earthshine.cli.chat.tool_commands import find_tools

    async with ChatClient(url, key) as client:
        tools = await find_tools(client, names)
        await ChatPrompt(Conversation(client, model, system, tools), open_console()).run()
