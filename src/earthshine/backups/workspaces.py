"""Containers in backups: the files of each that lives, and a container that goes on with them in the new place."""

from __future__ import annotations

import asyncio
import re
import shutil
import time

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from earthshine.backups.archive import Archive, ArchiveWriter, Workspaces
from earthshine.backups.workspace_stream import read_stream, write_stream
from earthshine.containers.containers import folder_of
from earthshine.containers.store import is_alive
from earthshine.containers.tables import containers
from earthshine.database.bulk import Progress
from earthshine.disk import require_space
from earthshine.errors import Conflict
from earthshine.instances.node import node_id
from earthshine.sandboxes.launch import confined_user
from earthshine.sandboxes.workspace import Workspace
from earthshine.settings import Settings

_FOLDER = "workspaces"
_ID = re.compile(r"cntr_[0-9A-Za-z]{1,58}")


async def save_workspaces(
    connection: AsyncConnection, archive: ArchiveWriter, settings: Settings, progress: Progress
) -> Workspaces:
    """Write the files of all containers that live. Code may run in them meanwhile: each file is as it was when read."""
    ids = list(await connection.scalars(select(containers.c.id).where(is_alive()).order_by(containers.c.id)))
    saved = size = left_out = 0
    for number, container_id in enumerate(ids):
        progress("saving the files of containers", number, len(ids))
        workspace = Workspace(folder_of(settings) / container_id, confined_user())
        if not _ID.fullmatch(container_id) or not workspace.root.is_dir():
            continue
        with archive.member(f"{_FOLDER}/{container_id}") as member:
            content, lost = await asyncio.to_thread(write_stream, workspace, member, settings.container_disk * 2**20)
        saved, size, left_out = saved + 1, size + content, left_out + lost
    return Workspaces(saved, size, len(ids) - saved, left_out)


async def restore_workspaces(
    connection: AsyncConnection, archive: Archive, settings: Settings, progress: Progress
) -> None:
    """Make the files of containers again, and say in `connection`'s rows that they are here and were used just now.

    Containers of which there are no files have expired. Raises `Conflict` where another installation's files are, and
    `StorageFull`; nothing is kept then.
    """
    folder, part = folder_of(settings), settings.data / "containers.restoring"
    ids = [each for each in archive.names(_FOLDER) if _ID.fullmatch(each)]
    await connection.execute(update(containers).values(expired=True))
    if not ids:
        return
    if there := next((each for each in ids if (folder / each).exists()), None):
        raise Conflict(f"{folder / there} is another installation's. Move {folder} away first; nothing was changed.")
    require_space(settings.data, archive.manifest.workspaces.size)
    shutil.rmtree(part, ignore_errors=True)  # of a restore that was killed
    try:
        for number, container_id in enumerate(ids):
            progress("restoring the files of containers", number, len(ids))
            await asyncio.to_thread(_restore, archive, container_id, Workspace(part / container_id, confined_user()))
            this = containers.c.id == container_id
            alive = {"expired": False, "node": node_id(settings.data), "last_active_at": int(time.time())}
            await connection.execute(update(containers).where(this).values(alive))
        folder.mkdir(mode=0o700, exist_ok=True)
        for container_id in ids:
            (part / container_id).rename(folder / container_id)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _restore(archive: Archive, container_id: str, workspace: Workspace) -> None:
    workspace.make()
    with archive.open(f"{_FOLDER}/{container_id}") as stream:
        read_stream(stream, workspace)
