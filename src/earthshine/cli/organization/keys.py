"""`earthshine keys`: API keys of projects and of the organisation, through the API of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from earthshine.cli.console import Function, refuse
from earthshine.cli.remote import ask, day, quote, server_options, show_json, show_table

_DAY = 86_400


@click.group()
def keys() -> None:
    """List, create, rotate and revoke API keys of a running server."""


def _place(function: Function) -> Function:
    """Give a command the flags that say whose keys are meant."""
    function = click.option("--admin", is_flag=True, help="Keys that administer the organisation.")(function)
    return click.option("--project", default="default", show_default=True, help="The project of the keys.")(function)


def _path(project: str, admin: bool) -> str:
    return "/v1/organization/admin_api_keys" if admin else f"/v1/organization/projects/{quote(project)}/api_keys"


@keys.command(name="list")
@_place
@server_options
def list_(project: str, admin: bool, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Show keys, redacted."""
    found: list[Any] = ask(url, key, data, lambda api: api.every(_path(project, admin)))
    if as_json:
        show_json(found)
        return
    titles = ("ID", "NAME", "KEY", "ROLE", "CREATED (UTC)", "LAST USED", "EXPIRES")
    rows = [
        (
            each["id"],
            each["name"],
            each["redacted_value"],
            each["earthshine"]["role"] or "owner's",
            day(each["created_at"]),
            day(each["last_used_at"]),
            day(each["expires_at"]),
        )
        for each in found
    ]
    show_table(titles, rows)


@keys.command()
@click.argument("name")
@_place
@click.option("--role", type=click.Choice(["owner", "admin", "member", "viewer"]), help="The most that it may do.")
@click.option("--expires-in-days", type=click.IntRange(1, 3650), help="It ends by itself.")
@click.option("--service-account", help="The service account that owns it.", metavar="ID")
@click.option("--model", "models", multiple=True, help="The only model that it may use; may be given several times.")
@click.option(
    "--address", "addresses", multiple=True, help="The only network that it may come from; may be given several times."
)
@server_options
def create(
    name: str,
    project: str,
    admin: bool,
    role: str | None,
    expires_in_days: int | None,
    service_account: str | None,
    models: tuple[str, ...],
    addresses: tuple[str, ...],
    url: str | None,
    key: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Make a key called NAME, and print it: this is the only time that it is seen."""
    if admin and (service_account or models):
        refuse("--service-account and --model are for keys of projects. Leave them or --admin out.")
    body: dict[str, Any] = {"name": name}
    body |= {"role": role} if role else {}
    body |= {"expires_in_seconds": expires_in_days * _DAY} if expires_in_days else {}
    body |= {"service_account_id": service_account} if service_account else {}
    body |= {"allowed_models": list(models)} if models else {}
    body |= {"allowed_addresses": list(addresses)} if addresses else {}
    made: Any = ask(url, key, data, lambda api: api.post(_path(project, admin), body))
    _show_new(made, as_json)


@keys.command()
@click.argument("key_id")
@_place
@click.option(
    "--overlap",
    type=click.IntRange(0, 30 * _DAY),
    default=3600,
    show_default=True,
    help="Seconds for which the old key goes on.",
)
@server_options
def rotate(
    key_id: str,
    project: str,
    admin: bool,
    overlap: int,
    url: str | None,
    key: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Make the successor of a key with the same rights, and print it; the old one goes on for a while."""
    path = f"{_path(project, admin)}/{quote(key_id)}/rotate"
    made: Any = ask(url, key, data, lambda api: api.post(path, {"overlap_seconds": overlap}))
    _show_new(made, as_json)
    click.echo(f"The old key {key_id} ends at {day(made['rotated_from']['expires_at'])} UTC.", err=True)


@keys.command()
@click.argument("key_id")
@_place
@server_options
def revoke(
    key_id: str, project: str, admin: bool, url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Revoke a key for good."""
    gone: Any = ask(url, key, data, lambda api: api.delete(f"{_path(project, admin)}/{quote(key_id)}"))
    if as_json:
        show_json(gone)
    else:
        click.echo(f"{key_id} is revoked.", err=True)


def _show_new(made: Any, as_json: bool) -> None:
    if as_json:
        show_json(made)
        return
    click.echo(made["value"])
    click.echo(f"Its id is {made['id']}. The key is not stored and cannot be shown again.", err=True)
