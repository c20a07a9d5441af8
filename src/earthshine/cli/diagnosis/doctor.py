"""`earthshine doctor`: what is wrong with this machine or installation, and how to mend it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from earthshine.cli.console import read_settings, settings_options
from earthshine.cli.progress import progress_bar

_MARKS = {"ok": "[green]ok[/]      ", "warning": "[yellow]warning[/] ", "broken": "[red]broken[/]  "}


@click.command()
@click.option("--deep", is_flag=True, help="Also read all weights and stored files, and compare their checksums.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "host", "port", "database_url", "blobs")
def doctor(deep: bool, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Find what is wrong with this machine or installation, and say how to mend it.

    Ends with exit code 1 when something is broken; warnings do not count.
    """
    from earthshine.cli.diagnosis.checks import check_everything

    settings = read_settings(config=config, **flags)
    with progress_bar("checking") as progress:
        findings = asyncio.run(check_everything(settings, deep=deep, progress=progress))
    if as_json:
        click.echo(json.dumps([finding.facts() for finding in findings], indent=2))
    else:
        from rich.console import Console
        from rich.markup import escape

        console = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            console.print(f"{_MARKS[finding.state]} {escape(finding.what)}: {escape(finding.detail)}")
            if finding.mend:
                console.print(f"          {escape(finding.mend)}")
    if any(finding.state == "broken" for finding in findings):
        raise SystemExit(1)
