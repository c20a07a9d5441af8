"""`earthshine files`: the files of a project, through the API of a running server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import refuse
from earthshine.cli.library.sending import PURPOSES, send_files
from earthshine.cli.remote import ask, day, quote, remove_each, server_options, show_json, show_removed, show_table

if TYPE_CHECKING:
    from earthshine.cli.api import Api


@click.group()
def files() -> None:
    """List, add, fetch and remove files of a running server."""


@files.command(name="list")
@click.option("--purpose", help="Only files that were given for this.")
@server_options
def list_(purpose: str | None, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Show files, newest first."""
    query = {"purpose": purpose} if purpose else None
    found: list[Any] = ask(url, key, data, lambda api: api.every("/v1/files", query))
    if as_json:
        show_json(found)
        return
    rows = [
        (each["id"], each["filename"], size(each["bytes"]), each["purpose"], day(each["created_at"])) for each in found
    ]
    show_table(("ID", "NAME", "SIZE", "PURPOSE", "CREATED (UTC)"), rows)


@files.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--purpose", type=click.Choice(PURPOSES), default="user_data", show_default=True)
@server_options
def add(
    paths: tuple[Path, ...], purpose: str, url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Send files; writes the id of each on a line."""
    sent: list[Any] = ask(url, key, data, lambda api: send_files(api, paths, purpose))
    if as_json:
        show_json(sent)
        return
    for each in sent:
        click.echo(each["id"])


@files.command()
@click.argument("file_id")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it; `-` for stdout. [its name]")
@server_options
def get(file_id: str, output: Path | None, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Fetch a file's bytes. An existing file is never overwritten."""

    async def fetch(api: Api) -> Any:
        path = f"/v1/files/{quote(file_id)}"
        about = await api.get(path)
        if output is not None and str(output) == "-":
            await api.download(f"{path}/content", sys.stdout.buffer)
            return about, None
        # What a stranger called it is not to lead out of this folder.
        target = output or Path(Path(about["filename"]).name or file_id)
        await _fetch(api, f"{path}/content", target)
        return about, target

    about, target = ask(url, key, data, fetch)
    if target is None:
        return
    if as_json:
        show_json({**about, "path": str(target)})
    else:
        click.echo(str(target))


async def _fetch(api: Api, path: str, target: Path) -> None:
    try:
        with target.open("xb") as file:
            try:
                await api.download(path, file)
            except BaseException:
                os.unlink(target)
                raise
    except FileExistsError:
        refuse(f"{target} is there already; name another place with --output.")
    except OSError as error:
        refuse(f"{target} cannot be written: {error.strerror}. Name another place with --output.")


@files.command()
@click.argument("file_ids", nargs=-1, required=True)
@server_options
def remove(file_ids: tuple[str, ...], url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Remove files, and what was read of them."""

    removed = ask(url, key, data, lambda api: remove_each(api, "/v1/files", file_ids))
    show_removed(removed, as_json=as_json)


def size(count: int) -> str:
    """Write bytes as people do."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"
