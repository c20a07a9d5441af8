"""`earthshine connect`: the configuration of a client for a running server, with a key of its own."""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, refuse
from earthshine.cli.remote import address_options, ask, quote, show_table

if TYPE_CHECKING:
    from earthshine.cli.api import Api
    from earthshine.cli.connect.clients import Client


@click.command()
@click.argument("client", required=False)
@click.option("--model", default="default", show_default=True, help="The model that it is to use.")
@click.option("--project", default="default", show_default=True, help="The project of its key.")
@click.option("--write", "how", flag_value="write", help="Write the client's file without asking; the old one is kept.")
@click.option("--print", "how", flag_value="print", help="Only print, and ask nothing.")
@click.option("--same-key", is_flag=True, help="Give it the key of this command, and make none.")
@address_options
def connect(
    client: str | None,
    model: str,
    project: str,
    how: str | None,
    same_key: bool,
    url: str | None,
    key: str | None,
    data: Path | None,
) -> None:
    """Set up a client for this server, with a key of its own: a coding agent, a library, an app.

    Without CLIENT it lists those that it knows. What is printed has the new key in it. A file that is there already is
    joined, never replaced, and kept beside the new one.
    """
    from earthshine.cli.api import find_server
    from earthshine.cli.connect.clients import known_clients
    from earthshine.cli.connect.config_file import plan

    clients = known_clients()
    if client is None:
        show_table(("CLIENT", "NAME", "KIND"), [(each.id, each.name, each.kind) for each in clients.values()])
        return
    if client not in clients:
        refuse(f"There is no client {client!r}. Known are: {', '.join(clients)}. Others need {_GENERAL}.")
    chosen, origin = clients[client], find_server(url, key, data)[0].rstrip("/")
    if how == "write":
        if chosen.file is None:
            refuse(f"{chosen.name} has no file that could be written. Leave --write out.")
        plan(chosen.filled(origin, "KEY", model).file or chosen.file)  # before a key is made for nothing
    secret = find_server(url, key, data)[1] if same_key else None
    if secret is None:
        secret = ask(url, key, data, lambda api: _make_key(api, chosen, model, project))
    else:
        ask(url, key, data, lambda api: _look_for(api, model))
    ready = chosen.filled(origin, secret, model)
    _show(ready)
    _offer(ready, how)
    if ready.note:
        click.echo(ready.note, err=True)
    tried = f"Tried with {ready.tried}." if ready.tried else f"{ready.name} was not run for this: it follows its docs."
    click.echo(tried, err=True)


_GENERAL = "the address with /v1, a key (`earthshine keys create NAME`) and a model's name"


async def _look_for(api: Api, model: str) -> None:
    names = [each["id"] for each in (await api.get("/v1/models"))["data"]]
    if model not in names:
        raise Failure(f"there is no model {model!r} here. There are: {', '.join(names) or 'none'}.")


async def _make_key(api: Api, client: Client, model: str, project: str) -> str:
    """Make a key for one machine's client, which may ask models and no more than members may."""
    from earthshine.cli.api import Refused

    await _look_for(api, model)
    path = f"/v1/organization/projects/{quote(project)}/api_keys"
    name = f"{client.name} ({socket.gethostname()})"
    bounds: dict[str, Any] = {} if client.every_model else {"allowed_models": [model]}
    try:
        older = [each["id"] for each in await api.every(path) if each["name"] == name]
        made = await api.post(path, {"name": name, "role": "member", **bounds})
    except Refused as error:
        raise Failure(f"no key could be made: {error.message} To give the client this command's: --same-key.") from None
    where = "" if project == "default" else f" --project {project}"
    click.echo(f"A key named {name!r} was made. `earthshine keys revoke {made['id']}{where}` ends it.", err=True)
    for each in older:
        click.echo(f"An older one has that name: `earthshine keys revoke {each}{where}` ends it.", err=True)
    return str(made["value"])


def _show(client: Client) -> None:
    """Write all of it on stdout, as it can be copied."""
    parts: list[str] = []
    if client.steps:
        parts.append(client.steps)
    if client.file:
        parts.append(f"# {client.file.path}\n{client.file.text.rstrip()}")
    if client.env:
        parts.append("\n".join(f"export {name}={shlex.quote(value)}" for name, value in client.env.items()))
    parts += [text for text in (client.run, client.code) if text]
    click.echo("\n\n".join(parts))


def _offer(client: Client, how: str | None) -> None:
    """Write the client's file, where that is wanted."""
    from earthshine.cli.connect.config_file import plan, write

    if client.file is None or how == "print":
        return
    if how is None and not (
        sys.stdin.isatty() and sys.stdout.isatty() and click.confirm(f"\nWrite {client.file.path}?", err=True)
    ):
        return
    path, text = plan(client.file)
    kept = write(path, text)
    click.echo(f"{path} is written." + (f" What was there is in {kept}." if kept else ""), err=True)
