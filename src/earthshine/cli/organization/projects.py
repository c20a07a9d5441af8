"""`earthshine projects`: the projects of an organisation, through the API of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from earthshine.cli.remote import ask, day, quote, server_options, show_json, show_table

_PATH = "/v1/organization/projects"


@click.group()
def projects() -> None:
    """List, create and archive projects of a running server."""


@projects.command(name="list")
@click.option("--archived", is_flag=True, help="Archived ones too.")
@server_options
def list_(archived: bool, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Show the organisation's projects."""
    query = {"include_archived": "true"} if archived else None
    found: list[Any] = ask(url, key, data, lambda api: api.every(_PATH, query))
    if as_json:
        show_json(found)
        return
    rows = [(each["id"], each["name"] or "", each["status"], day(each["created_at"])) for each in found]
    show_table(("ID", "NAME", "STATUS", "CREATED (UTC)"), rows)


@projects.command()
@click.argument("name")
@server_options
def create(name: str, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Make a project called NAME, and print its id."""
    made: Any = ask(url, key, data, lambda api: api.post(_PATH, {"name": name}))
    if as_json:
        show_json(made)
        return
    click.echo(made["id"])
    click.echo(f"`earthshine keys create --project {made['id']} NAME` makes a key for it.", err=True)


@projects.command()
@click.argument("project_id")
@click.confirmation_option(prompt="Its keys will be refused from then on, and it cannot be undone. Archive it?")
@server_options
def archive(project_id: str, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Archive a project for good; what it stored stays."""
    gone: Any = ask(url, key, data, lambda api: api.post(f"{_PATH}/{quote(project_id)}/archive"))
    if as_json:
        show_json(gone)
    else:
        click.echo(f"{gone['id']} is archived.", err=True)
