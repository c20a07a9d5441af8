"""`earthshine usage`: what was used and what it cost, with a small chart."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from earthshine.cli.organization.usage_report import UsageReport

_DAY = 86_400


@click.command()
@click.option(
    "--by",
    type=click.Choice(["day", "model", "project", "key", "user"]),
    default="day",
    show_default=True,
    help="What each line is.",
)
@click.option(
    "--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="How many days of UTC, today included."
)
@click.option("--project", help="Only this project; enough for those who may not see the whole organisation.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV.")
@click.option("--url", envvar="EARTHSHINE_URL", help="The server; also EARTHSHINE_URL. [the settings' host and port]")
@click.option(
    "--key",
    envvar="EARTHSHINE_KEY",
    help="The API key; better in EARTHSHINE_KEY. [administrator.key in the data directory]",
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory of a local server.")
def usage(
    by: str,
    days: int,
    project: str | None,
    as_json: bool,
    as_csv: bool,
    url: str | None,
    key: str | None,
    data: Path | None,
) -> None:
    """Show requests, tokens and costs of the last days, with a small chart."""
    from earthshine.cli.api import find_server
    from earthshine.cli.console import refuse

    if as_json and as_csv:
        refuse("--json and --csv exclude each other.")
    address, secret = find_server(url, key, data)
    end = int(time.time()) // _DAY * _DAY + _DAY
    report = asyncio.run(_fetch(address, secret, by, end - days * _DAY, end, project))
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    elif as_csv:
        click.echo(report.as_csv(), nl=False)
    else:
        _show(report)


async def _fetch(url: str, key: str, by: str, start: int, end: int, project: str | None) -> UsageReport:
    from earthshine.cli.api import Refused, open_api
    from earthshine.cli.console import Failure
    from earthshine.cli.organization.usage_report import fetch_usage

    async with open_api(url, key) as api:
        try:
            return await fetch_usage(api, by, start, end, project)
        except Refused as error:
            if error.status != 403 or project is not None:
                raise
            raise Failure(f"{error.message} A single project may be open to it: --project ID.") from None


def _show(report: UsageReport) -> None:
    from earthshine.cli.chat.screen import open_console
    from earthshine.cli.organization.usage_chart import chart

    console = open_console()
    if not console.is_terminal:
        # Whoever reads this from a pipe has no terminal whose width could be meant.
        console.width = 80
    console.print(chart(report, console.width, console.encoding.lower().startswith("utf")))
