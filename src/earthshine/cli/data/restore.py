"""`earthshine restore`: make an installation from a backup."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, settings_options

if TYPE_CHECKING:
    from earthshine.backups.restore import Restored


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data", "database_url", "blobs")
def restore(file: Path, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Make an installation from the backup FILE, where there is none.

    The archive is checked before anything is written; what was loaded is read back and compared with its counts and
    hashes before it is kept. A backup made on SQLite can be restored on PostgreSQL, and the other way round. Weights
    that are in the data directory are used; for others it says what to pull. There is no --force: to replace an
    installation, move its directory away.
    """
    from earthshine.backups.restore import restore as make
    from earthshine.cli.progress import row_progress
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    begun = time.monotonic()
    try:
        with row_progress() as progress:
            restored = asyncio.run(make(settings, file, progress))
    except EarthshineError as error:
        raise Failure(error.message) from error
    except OSError as error:
        raise Failure(f"the archive could not be restored ({error}). Nothing was kept.") from error
    except KeyboardInterrupt:
        raise Failure("stopped. Nothing was kept.") from None
    if as_json:
        click.echo(json.dumps(_facts(restored, time.monotonic() - begun)))
        return
    manifest = restored.manifest
    click.echo(f"{manifest.rows} rows in {len(manifest.tables)} tables are restored, each table's hash equal.")
    for model in restored.missing_models:
        click.echo(f"The weights of {model.name} are not here: `earthshine pull {model.source} --name {model.name}`")
    if restored.secret_missing:
        click.echo(
            "The secret key is not here: copy secret.key from the old data directory, or set `secret_key`, before the "
            "first start; without it, stored keys of upstreams must be given again.",
            err=True,
        )


def _facts(restored: Restored, seconds: float) -> dict[str, Any]:
    return {
        "rows": restored.manifest.rows,
        "tables": {table.name: table.sha256 for table in restored.manifest.tables},
        "missing_models": {model.name: model.source for model in restored.missing_models},
        "secret_missing": restored.secret_missing,
        "seconds": round(seconds, 3),
    }
