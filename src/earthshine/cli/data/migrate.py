"""`earthshine migrate`: move an installation from SQLite to PostgreSQL, and prove it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure, read_settings, refuse, settings_options

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from earthshine.database.transfer import TableProof
    from earthshine.settings import Settings


@click.command()
@click.option("--to", "target", required=True, metavar="URL", help="postgresql://USER@HOST/DATABASE, empty.")
@click.option("--check", is_flag=True, help="Only compare what is there with what is here; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@settings_options("data")
def migrate(target: str, check: bool, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Move an installation from SQLite to an empty PostgreSQL database, and prove it.

    Stop the server first. For every table, the rows are counted and hashed here and, read back, there; only when all
    of them are equal is anything kept. SQLite is never changed. After a failure or a kill, give the same command again.
    Files (weights, the secret key) stay in the data directory. A password can come from PGPASSWORD or ~/.pgpass.
    """
    from earthshine.errors import EarthshineError

    settings = read_settings(config=config, **flags)
    begun = time.monotonic()
    try:
        proofs = asyncio.run(_run(settings, target, check=check))
    except EarthshineError as error:
        raise Failure(error.message) from error
    except KeyboardInterrupt:
        raise Failure("stopped. Neither database was changed; the same command begins anew.") from None
    equal = all(proof.equal for proof in proofs)
    if as_json:
        click.echo(json.dumps(_facts(proofs, equal, time.monotonic() - begun)))
    else:
        _show(proofs)
        rows = sum(proof.source.rows for proof in proofs)
        click.echo(f"{rows} rows in {len(proofs)} tables, {'all equal' if equal else 'NOT EQUAL'}.")
    if not equal:
        raise Failure("the two databases differ. They are equal only until one of them is used again.")
    if not check:
        click.echo(
            "Now set `database_url` (EARTHSHINE_DATABASE_URL) to that URL and start the server with the same data "
            "directory. earthshine.db was not changed; keep it until you trust the new place, then delete it.",
            err=True,
        )


async def _run(settings: Settings, target: str, *, check: bool) -> list[TableProof]:
    from earthshine.catalog.locks import locked
    from earthshine.cli.progress import row_progress
    from earthshine.database.transfer import compare, transfer
    from earthshine.database.url import driver_url

    source, destination = _source(settings), driver_url(target)
    if destination.get_backend_name() != "postgresql":
        refuse("--to takes the URL of a PostgreSQL database: postgresql://USER@HOST/DATABASE.")

    def running() -> None:
        raise Failure(f"a server runs on the data directory {settings.data.absolute()}. Stop it first.")

    with row_progress() as progress:
        if check:
            return await compare(source, destination, progress)
        async with locked(settings.data / "server.lock", running):
            return await transfer(source, destination, progress)


def _source(settings: Settings) -> URL:
    from earthshine.database.url import driver_url

    # What the settings name may be the new place already.
    here = settings.model_copy(update={"database_url": ""}) if not _is_sqlite(settings) else settings
    url = driver_url(here.database)
    if not settings.data.is_dir():
        refuse(f"there is no data directory {settings.data.absolute()}. Name the installation's with --data.")
    return url


def _is_sqlite(settings: Settings) -> bool:
    return settings.database.startswith("sqlite")


def _facts(proofs: list[TableProof], equal: bool, seconds: float) -> dict[str, Any]:
    return {
        "equal": equal,
        "seconds": round(seconds, 3),
        "tables": [
            {
                "table": proof.table,
                "rows": proof.source.rows,
                "sha256": proof.source.sha256,
                "target_rows": proof.target.rows,
                "target_sha256": proof.target.sha256,
                "equal": proof.equal,
            }
            for proof in proofs
        ],
    }


def _show(proofs: list[TableProof]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("table", "rows", "rows there", "hash", "hash there", "", box=None)
    for proof in proofs:
        rows = str(proof.source.rows), str(proof.target.rows)
        hashes = proof.source.sha256[:16], proof.target.sha256[:16]
        table.add_row(proof.table, *rows, *hashes, "equal" if proof.equal else "DIFFERENT")
    Console(soft_wrap=True).print(table)
