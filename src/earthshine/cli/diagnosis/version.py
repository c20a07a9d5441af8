"""`earthshine version`."""

from __future__ import annotations

import json
import platform

import click

from earthshine import __version__


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def version(as_json: bool) -> None:
    """Show the version."""
    if as_json:
        click.echo(json.dumps({"earthshine": __version__, "python": platform.python_version()}))
    else:
        click.echo(f"earthshine {__version__} (Python {platform.python_version()})")
