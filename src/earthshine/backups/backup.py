"""Making a backup: one state of the database, however long it takes, while servers go on writing."""

from __future__ import annotations

import time
from pathlib import Path

from earthshine import __version__
from earthshine.backups.archive import ArchiveWriter, Manifest, ModelEntry, TableEntry, Workspaces, new_archive
from earthshine.backups.contents import save_contents
from earthshine.backups.workspaces import save_workspaces
from earthshine.blobs import open_store
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.database.bulk import Progress, RowCounter, count_rows, read_rows
from earthshine.database.bulk_connections import reading
from earthshine.database.shape import Digest
from earthshine.database.transfer import read_contents
from earthshine.database.url import driver_url
from earthshine.errors import Conflict, InvalidRequest
from earthshine.sealing import key_file
from earthshine.settings import Settings


async def backup(settings: Settings, path: Path, progress: Progress, *, with_secrets: bool = False) -> Manifest:
    """Write the installation and its stored files to a new file. Weights are not in it, secrets only when asked for.

    Raises `Conflict` when the file exists, and what the database raises. A full disk is an `OSError`. After any
    failure there is no file.
    """
    _require_new(path)
    url = driver_url(settings.database)
    async with reading(url) as connection:
        version, shapes = await read_contents(connection)
        total = await count_rows(connection, shapes)
        with new_archive(path) as archive:
            tables: list[TableEntry] = []
            for shape in shapes:
                counted = Digest()
                tell = RowCounter(progress, f"saving {shape.name}", total, sum(table.rows for table in tables))
                with archive.member(f"tables/{shape.name}.jsonl") as member:
                    async for rows, encoded in read_rows(connection, shape):
                        member.write(encoded)
                        counted.add(len(rows), encoded)
                        tell(len(rows))
                entry = TableEntry(shape.name, shape.columns, shape.key, counted.rows, counted.sha256, counted.size)
                tables.append(entry)
            contents, lost = 0, ()
            if any(table.name == "blobs" for table in tables):  # an earlier version's database has none
                contents, lost = await save_contents(connection, archive, open_store(settings, "backup"), progress)
            workspaces = Workspaces()
            if any(table.name == "containers" for table in tables):
                workspaces = await save_workspaces(connection, archive, settings, progress)
            _add_spool(archive, settings)
            manifest = Manifest(
                made_at=int(time.time()),
                earthshine=__version__,
                schema=version,
                database=url.get_backend_name(),
                tables=tuple(tables),
                models=_add_models(archive, settings),
                secrets=_add_secrets(archive, settings) if with_secrets else (),
                contents=contents,
                lost_contents=lost,
                workspaces=workspaces,
            )
            archive.finish(manifest)
    return manifest


def _require_new(path: Path) -> None:
    if path.exists():
        raise Conflict(f"{path} exists already. Name another file, or delete that one.")
    if not path.parent.is_dir():
        raise InvalidRequest(f"There is no directory {path.parent}. Make it, or name another file.")


def _add_models(archive: ArchiveWriter, settings: Settings) -> tuple[ModelEntry, ...]:
    installed = InstalledModels(settings.models_dir.absolute())
    entries: list[ModelEntry] = []
    for card in installed.cards().values():
        archive.add(f"models/{card.name}.json", (installed.directory / f"{card.name}.json").read_bytes())
        entries.append(ModelEntry(card.name, card.source, card.size, card.sha256))
    return tuple(entries)


def _add_spool(archive: ArchiveWriter, settings: Settings) -> None:
    """Save what a server that died had counted and not brought into the ledger; doing that twice is doing it once."""
    for file in sorted((settings.data / "spool").glob("*.spool")):
        content = file.read_bytes()
        if content:
            archive.add(f"spool/{file.name}", content)


def _add_secrets(archive: ArchiveWriter, settings: Settings) -> tuple[str, ...]:
    file = key_file(settings)
    if not file.is_file():
        return ()
    archive.add(f"secrets/{file.name}", file.read_bytes())
    return (file.name,)
