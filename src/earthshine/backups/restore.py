"""Restoring a backup: into an empty place, all of it or nothing, and proved.

What was loaded is read back and compared with the archive's counts and hashes before it is kept. A SQLite database is
built under another name and renamed at the very end; PostgreSQL is filled in one transaction.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from earthshine.backups.archive import Archive, Manifest, ModelEntry, TableEntry, open_archive
from earthshine.backups.contents import restore_contents
from earthshine.backups.workspaces import restore_workspaces
from earthshine.blobs import open_store
from earthshine.catalog.locks import locked
from earthshine.catalog.weights import weights_size
from earthshine.database import migrate
from earthshine.database.bulk import BATCH_BYTES, BATCH_ROWS, Progress, RowCounter
from earthshine.database.bulk_connections import filling
from earthshine.database.shape import Digest, Row, Shape
from earthshine.database.transfer import load
from earthshine.database.url import driver_url
from earthshine.disk import sync_directory, write_atomically
from earthshine.errors import Conflict, InvalidRequest, StorageFull
from earthshine.instances.node import node_id
from earthshine.sealing import key_file
from earthshine.settings import Settings

_GROWTH = 1.5  # of a database with its indexes to its rows as text; measured: 1.04 for events, 1.30 for the ledger
_RESERVE = 64 * 2**20
_PART = ".restoring.db"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what did not."""

    manifest: Manifest
    missing_models: tuple[ModelEntry, ...]
    """Models whose weights are not in the data directory: they are to be pulled again."""
    secret_missing: bool
    """Whether this place has no secret key, so that stored keys of upstreams cannot be read."""


async def restore(settings: Settings, path: Path, progress: Progress) -> Restored:
    """Turn an archive into an installation: its database in the place that the settings name, its files in the data.

    Raises `InvalidRequest` for an archive that is not whole or that a newer program made, `Conflict` when the place
    holds an installation or a server runs on it, and `StorageFull`. Nothing is kept then.
    """
    with open_archive(path) as archive:
        check_version(archive.manifest)

        def running() -> None:
            raise Conflict(f"A server runs on the data directory {settings.data.absolute()}. Name an empty one.")

        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with locked(settings.data / "server.lock", running):
            _refuse_remains(settings, archive)
            url = driver_url(settings.database)
            if url.get_backend_name() == "sqlite":
                await _restore_sqlite(settings, archive, Path(url.database or ""), progress)
            else:
                await _fill(settings, archive, url, progress)
            missing = _restore_models(settings, archive)
        secret_missing = not settings.secret_key and not key_file(settings).is_file()
        return Restored(archive.manifest, missing, secret_missing)


def check_version(manifest: Manifest) -> None:
    """Raise `InvalidRequest` when a newer program made the archive."""
    if manifest.schema not in migrate.known():
        raise InvalidRequest(
            f"The backup was made by Earthshine {manifest.earthshine}, whose tables have version {manifest.schema}. "
            "This program does not know them. Restore it with that version or a newer one."
        )


async def _restore_sqlite(settings: Settings, archive: Archive, path: Path, progress: Progress) -> None:
    _require_room(archive.manifest, path)
    part = path.with_name(path.name + _PART)
    part.unlink(missing_ok=True)  # of a restore that was killed
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        await _fill(settings, archive, driver_url(settings.database).set(database=str(part)), progress)
        _sync(part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


async def _fill(settings: Settings, archive: Archive, url: URL, progress: Progress) -> None:
    manifest = archive.manifest
    tables = {table.name: table for table in manifest.tables}
    done: list[int] = []

    async def rows(shape: Shape) -> AsyncGenerator[list[Row]]:
        tell = RowCounter(progress, f"restoring {shape.name}", manifest.rows, sum(done))
        done.append(tables[shape.name].rows)
        for batch in _batches(archive, shape):
            yield batch
            tell(len(batch))

    shapes = [table.shape for table in manifest.tables]
    async with filling(url) as connection:
        found = await load(connection, manifest.schema, shapes, rows, progress, manifest.rows)
        for table in manifest.tables:
            _require_equal(table, found[table.name])
        await connection.run_sync(migrate.run)
        _restore_files(settings, archive)
        if manifest.contents:
            node = node_id(settings.data)
            await restore_contents(connection, archive, open_store(settings, node), node, progress)
        await restore_workspaces(connection, archive, settings, progress)


def _batches(archive: Archive, shape: Shape) -> Generator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for line in archive.lines(f"tables/{shape.name}.jsonl"):
        try:
            batch.append(shape.decode(line))
        except ValueError as error:
            raise InvalidRequest(f"A row of {shape.name} in the archive is not valid: {error}.") from error
        size += len(line)
        if size >= BATCH_BYTES or len(batch) >= BATCH_ROWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _require_equal(table: TableEntry, found: Digest) -> None:
    if (table.rows, table.sha256) != (found.rows, found.sha256):
        raise InvalidRequest(
            f"The table {table.name} differs from the archive's manifest: {table.rows} rows with the hash "
            f"{table.sha256[:12]} there, {found.rows} with {found.sha256[:12]} read back. Nothing was kept."
        )


def _refuse_remains(settings: Settings, archive: Archive) -> None:
    """See that the directory has nothing of another installation that this one would take for its own."""
    for spool in (settings.data / "spool").glob("*.spool"):
        if spool.stat().st_size:
            raise Conflict(f"{spool} has another installation's settlements. Name another data directory.")
    file = key_file(settings)
    for name in archive.names("secrets"):
        if name == file.name and file.exists() and file.read_bytes() != archive.read(f"secrets/{name}"):
            raise Conflict(f"{file} is another installation's secret key. Move it away first; nothing was changed.")


def _restore_files(settings: Settings, archive: Archive) -> None:
    """Write what the database needs beside it, before it appears."""
    file = key_file(settings)
    if file.name in archive.names("secrets"):
        write_atomically(file, archive.read(f"secrets/{file.name}"))
    spool = settings.data / "spool"
    for name in archive.names("spool"):
        spool.mkdir(exist_ok=True)
        write_atomically(spool / Path(name).name, archive.read(f"spool/{name}"))


def _restore_models(settings: Settings, archive: Archive) -> tuple[ModelEntry, ...]:
    """Write the records of models whose weights are here, and return the others."""
    folder = settings.models_dir.absolute()
    missing: list[ModelEntry] = []
    for entry in archive.manifest.models:
        record = archive.read(f"models/{entry.name}.json")
        path = str(json.loads(record).get("path") or "")
        file = folder / f"{entry.name}.json"
        if file.exists():
            continue
        if path and weights_size(folder / path) == entry.size:
            folder.mkdir(exist_ok=True)
            write_atomically(file, record)
        else:
            missing.append(entry)
    return tuple(missing)


def _require_room(manifest: Manifest, path: Path) -> None:
    if any(path.with_name(path.name + suffix).exists() for suffix in ("", "-wal", "-journal")):
        raise Conflict(f"{path} exists already. Name another data directory, or move that one away.")
    needed = int(sum(table.size for table in manifest.tables) * _GROWTH) + _RESERVE
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise StorageFull(
            f"The disk of {path.parent} is too full: about {needed} bytes are needed and {free} are free. Nothing was "
            "changed."
        )


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
