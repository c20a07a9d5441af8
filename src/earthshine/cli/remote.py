"""What the commands share that administer a running server through its API."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from earthshine.cli.console import Function

if TYPE_CHECKING:
    from earthshine.cli.api import Api

Result = TypeVar("Result")


def server_options(function: Function) -> Function:
    """Give a command the flags that say which server and which key, and `--json`."""
    return address_options(click.option("--json", "as_json", is_flag=True, help="Write JSON.")(function))


def address_options(function: Function) -> Function:
    """Give a command the flags that say which server and which key."""
    for option in (
        click.option(
            "--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory of a local server."
        ),
        click.option(
            "--key",
            envvar="EARTHSHINE_KEY",
            help="The API key; better in EARTHSHINE_KEY. [administrator.key in the data directory]",
        ),
        click.option(
            "--url", envvar="EARTHSHINE_URL", help="The server; also EARTHSHINE_URL. [the settings' host and port]"
        ),
    ):
        function = option(function)
    return function


def ask(url: str | None, key: str | None, data: Path | None, work: Callable[[Api], Awaitable[Result]]) -> Result:
    """Run `work` on the server's API. Its refusals end the command with one line."""
    from earthshine.cli.api import find_server, open_api

    address, secret = find_server(url, key, data)

    async def run() -> Result:
        async with open_api(address, secret) as api:
            return await work(api)

    return asyncio.run(run())


def show_json(value: Any) -> None:
    """Write JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=float))


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table on stdout, plain in a pipe."""
    from rich.table import Table

    from earthshine.cli.chat.screen import open_console

    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console = open_console()
    if not console.is_terminal:
        # Whoever reads this from a pipe has no terminal whose width could be meant.
        console.width = 10_000
    console.print(table, soft_wrap=True)


def quote(name: str) -> str:
    """Write an id as one step of a path, whatever a person typed."""
    return urllib.parse.quote(name, safe="")


def day(at: int | None) -> str:
    """Write a time as its day and minute in UTC."""
    return "" if at is None else time.strftime("%Y-%m-%d %H:%M", time.gmtime(at))


async def remove_each(api: Api, collection: str, ids: Sequence[str]) -> list[Any]:
    """Remove the members of a collection, such as `/v1/files`, one after the other; returns what the API says."""
    return [await api.delete(f"{collection}/{quote(each)}") for each in ids]


def show_removed(removed: Sequence[Any], *, as_json: bool) -> None:
    """Say what was removed: as JSON on stdout, else a line for each on stderr."""
    if as_json:
        show_json(removed)
        return
    for each in removed:
        click.echo(f"{each['id']} is removed.", err=True)
