"""`earthshine backup`: one file that holds an installation, and what is in such a file."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options

if TYPE_CHECKING:
    from earthshine.backups.archive import Manifest


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="Show what FILE holds, after checking that it is whole.")
@click.option("--with-secrets", is_flag=True, help="Put the secret key in, which stored keys of upstreams need.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "database_url", "blobs")
def backup(file: Path, only_list: bool, with_secrets: bool, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Save an installation in FILE, readable by you only, while its server serves.

    It holds one state of the whole database, the stored files, and the files of containers. Of models it has their
    records and checksums, not their weights. The key that encrypts the keys of upstreams (`secret.key`) stays out
    without --with-secrets: keep it elsewhere.
    FILE appears when it is whole; after any failure there is none.
    """
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    try:
        if only_list:
            from earthshine.backups.archive import open_archive

            with open_archive(file) as archive:
                manifest = archive.manifest
        else:
            from earthshine.backups.backup import backup as make
            from earthshine.cli.progress import row_progress

            with row_progress() as progress:
                manifest = asyncio.run(make(settings, file.absolute(), progress, with_secrets=with_secrets))
    except EarthshineError as error:
        raise Failure(error.message) from error
    except OSError as error:
        raise Failure(f"{file} cannot be written ({error.strerror}). There is no backup; free some space.") from error
    except KeyboardInterrupt:
        raise Failure("stopped. There is no backup.") from None
    if as_json:
        click.echo(manifest.as_json())
    else:
        show(manifest)
        click.echo(f"{manifest.rows} rows in {len(manifest.tables)} tables: {file} ({file.stat().st_size} bytes)")
    if manifest.lost_contents:
        click.echo(
            f"{len(manifest.lost_contents)} of {manifest.contents} stored files are not in it: damaged before, or "
            "deleted while it was made. `earthshine doctor` tells which are damaged.",
            err=True,
        )
    workspaces = manifest.workspaces
    if workspaces.elsewhere or workspaces.left_out:
        click.echo(
            f"{workspaces.elsewhere} containers have their files on another server, and {workspaces.left_out} files of "
            "containers could not be read or were too large: these are not in it.",
            err=True,
        )
    if not only_list and not manifest.secrets:
        click.echo("The secret key is not in it; keep it elsewhere if upstreams have stored keys.", err=True)


def show(manifest: Manifest) -> None:
    """Write what an archive holds."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True)
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(manifest.made_at))
    console.print(f"made {made} by Earthshine {manifest.earthshine} on {manifest.database}, tables {manifest.schema}")
    tables = Table("table", "rows", "bytes", "sha256", box=None)
    for table in manifest.tables:
        tables.add_row(table.name, str(table.rows), str(table.size), table.sha256)
    console.print(tables)
    if manifest.contents:
        console.print(f"{manifest.contents - len(manifest.lost_contents)} stored files")
    if manifest.workspaces.saved:
        console.print(f"the files of {manifest.workspaces.saved} containers, {manifest.workspaces.size} bytes")
    for model in manifest.models:
        console.print(f"model {model.name}: {model.source}, {model.size} bytes, sha256 {model.sha256 or 'not known'}")
    for secret in manifest.secrets:
        console.print(f"secret file {secret}")
