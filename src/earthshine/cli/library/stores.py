"""`earthshine stores`: vector stores, in which files are searched, through the API of a running server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.library.files import size
from earthshine.cli.library.sending import PAUSE, send_files, wait_until_read
from earthshine.cli.remote import ask, day, quote, remove_each, server_options, show_json, show_removed, show_table

if TYPE_CHECKING:
    from earthshine.cli.api import Api


@click.group()
def stores() -> None:
    """List, fill, search and remove vector stores of a running server."""


@stores.command(name="list")
@server_options
def list_(url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Show stores, newest first."""
    found: list[Any] = ask(url, key, data, lambda api: api.every("/v1/vector_stores"))
    if as_json:
        show_json(found)
        return
    rows = [
        (each["id"], each["name"] or "", _counted(each), size(each["usage_bytes"]), day(each["created_at"]))
        for each in found
    ]
    show_table(("ID", "NAME", "FILES", "SIZE", "CREATED (UTC)"), rows)


@stores.command()
@click.argument("name")
@server_options
def create(name: str, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Make an empty store; writes its id."""
    made = ask(url, key, data, lambda api: api.post("/v1/vector_stores", {"name": name}))
    if as_json:
        show_json(made)
    else:
        click.echo(made["id"])


@stores.command()
@click.argument("store_id")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@server_options
def add(
    store_id: str, paths: tuple[Path, ...], url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Send files and wait until they can be found. Exit code 1 when one could not be read.

    Ended earlier, the server goes on by itself; `earthshine stores show` says how far it is.
    """
    path = f"/v1/vector_stores/{quote(store_id)}"

    async def work(api: Api) -> tuple[list[Any], list[Any]]:
        await api.get(path)  # before anything is sent in vain
        sent = await send_files(api, paths, "assistants")
        batch = await api.post(f"{path}/file_batches", {"file_ids": [each["id"] for each in sent]})
        await wait_until_read(api, f"{path}/file_batches/{batch['id']}")
        return sent, await api.every(f"{path}/file_batches/{batch['id']}/files")

    sent, added = ask(url, key, data, work)
    names = {each["id"]: each["filename"] for each in sent}
    if as_json:
        show_json(added)
    else:
        for each in added:
            click.echo(f"{each['id']}  {names.get(each['id'], '')}: {_state(each)}")
    if any(each["status"] != "completed" for each in added):
        sys.exit(1)


@stores.command()
@click.argument("store_id")
@server_options
def show(store_id: str, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Show the files of a store, and what became of each."""

    async def work(api: Api) -> tuple[list[Any], dict[str, str]]:
        found = await api.every(f"/v1/vector_stores/{quote(store_id)}/files")
        return found, {each["id"]: each["filename"] for each in await api.every("/v1/files")}

    found, names = ask(url, key, data, work)
    if as_json:
        show_json(found)
        return
    rows = [(each["id"], names.get(each["id"], ""), size(each["usage_bytes"]), _state(each)) for each in found]
    show_table(("ID", "NAME", "SIZE", "STATE"), rows)


@stores.command()
@click.argument("store_id")
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="Passages that are shown.")
@server_options
def search(
    store_id: str, query: str, limit: int, url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Show the passages that a question is nearest to, the best first. No model writes anything."""
    asked = {"query": query, "max_num_results": limit}
    path = f"/v1/vector_stores/{quote(store_id)}/search"
    found = ask(url, key, data, lambda api: api.post(path, asked))["data"]
    if as_json:
        show_json(found)
        return
    if not found:
        click.echo("Nothing was found.", err=True)
    for each in found:
        click.secho(f"{each['filename']}  {float(each['score']):.2f}", bold=True)
        for content in each["content"]:
            click.echo("\n".join(f"  {line}" for line in str(content["text"]).splitlines()))


@stores.command()
@click.argument("store_ids", nargs=-1, required=True)
@server_options
def remove(store_ids: tuple[str, ...], url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Remove stores. Their files stay."""

    removed = ask(url, key, data, lambda api: remove_each(api, "/v1/vector_stores", store_ids))
    show_removed(removed, as_json=as_json)


@stores.command()
@click.argument("store_ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All stores of the project.")
@server_options
def rebuild(
    store_ids: tuple[str, ...], every: bool, url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Make what is searched of stores anew, of the passages in the database, and wait until that is done.

    Nothing is read or embedded again. Ended earlier, the server goes on by itself.
    """
    if bool(store_ids) == every:
        raise click.UsageError("Name stores, or give --all.")

    async def work(api: Api) -> list[Any]:
        ids = store_ids or [each["id"] for each in await api.every("/v1/vector_stores") if each["status"] != "expired"]
        return [await _rebuild(api, each) for each in ids]

    made = ask(url, key, data, work)
    if as_json:
        show_json(made)
        return
    for each in made:
        click.echo(f"{each['vector_store_id']} is rebuilt.", err=True)


async def _rebuild(api: Api, store_id: str) -> Any:
    from earthshine.cli.progress import row_progress

    path = f"/earthshine/v1/vector_stores/{quote(store_id)}/index"
    with row_progress("changes") as progress:
        index = await api.post(path, {})
        while index["status"] == "in_progress":
            progress(store_id, index["change"], index["last_change"])
            await asyncio.sleep(PAUSE)
            index = await api.get(path)
    return index


def _counted(store: Any) -> str:
    counts = store["file_counts"]
    waiting, failed = counts["in_progress"], counts["failed"]
    told = f"{counts['total']}"
    told += f", {waiting} being read" if waiting else ""
    return told + (f", {failed} failed" if failed else "")


def _state(file: Any) -> str:
    error = file.get("last_error")
    return f"{file['status']}: {error['message']}" if error else str(file["status"])
