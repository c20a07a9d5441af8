"""The files of containers. What is in the folder is the truth; of a file's id, its path is all there is to know."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Row

from earthshine.containers import store
from earthshine.containers.living import LivingContainers
from earthshine.containers.objects import ContainerFile
from earthshine.containers.schemas import FileListQuery
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.sandboxes.use import folder_use
from earthshine.sandboxes.workspace import Entry, check_path
from earthshine.text.filenames import safe_filename

INSIDE = "/mnt/data"
"""Where clients are told that files are, as in OpenAI's API."""
_PIECE = 2**20


class ContainerFiles:
    """Asked with rows of containers that live."""

    def __init__(self, database: Database, living: LivingContainers, disk: int) -> None:
        """`disk`: bytes that one container may hold."""
        self._database, self._living, self._disk = database, living, disk

    async def page(self, row: Row[Any], query: FileListQuery) -> tuple[list[ContainerFile], bool]:
        """List files by the time of their last change; returns whether there is more. Raises `NotFound` at `after`."""
        found = await self._all(row)
        found.sort(key=lambda each: (each["created_at"], each["id"]), reverse=query.order == "desc")
        start = 0
        if query.after is not None:
            places = [at for at, each in enumerate(found) if each["id"] == query.after]
            if not places:
                raise _not_found(query.after, "after")
            start = places[0] + 1
        return found[start : start + query.limit], len(found) > start + query.limit

    async def get(self, row: Row[Any], file_id: str) -> ContainerFile:
        """Return what is known of a file. Raises `NotFound`."""
        for each in await self._all(row):
            if each["id"] == file_id:
                return each
        raise _not_found(file_id)

    async def files(self, row: Row[Any]) -> Sequence[ContainerFile]:
        """Return all files, in no order."""
        return await self._all(row)

    async def versions(self, row: Row[Any]) -> Mapping[str, int]:
        """Return the version of each file, by its id: another number after each change."""
        entries = await self._entries(row)
        return {file_id_of(row.id, each.path): each.version for each in entries}

    async def open(self, row: Row[Any], file_id: str) -> tuple[ContainerFile, IO[bytes]]:
        """Open a file for reading. Raises `NotFound`."""
        file = await self.get(row, file_id)
        try:
            path = file["path"].removeprefix(f"{INSIDE}/")
            return file, await asyncio.to_thread(self._living.workspace(row.id).open, path)
        except FileNotFoundError:
            raise _not_found(file_id) from None

    async def add(self, row: Row[Any], filename: str, source: Path, size: int, path: str = "") -> _Added:
        """Copy a file of this server into a container, in place of one of that name; or of that `path`.

        Raises `InvalidRequest` for what does not fit in, `StorageFull`.
        """
        path = path or check_path(safe_filename(filename))
        with source.open("rb") as file:
            entry = await self.write(row, path, _pieces(file), size)
        return _Added(path, _serialize(row.id, entry, by_user=True))

    async def write(self, row: Row[Any], path: str, pieces: Iterable[bytes], size: int) -> Entry:
        """Write a client's file. Raises what `add` raises."""
        if row.remote:
            raise InvalidRequest(
                "This container is a machine elsewhere. Put files there yourself.", param="container_id"
            )
        workspace = self._living.workspace(row.id)
        used, count = await asyncio.to_thread(folder_use, workspace.root)
        limits = self._living.limits(row.memory_limit)
        if used + size > self._disk or size > limits.file or count >= limits.files:
            raise InvalidRequest(
                f"A container may hold {self._disk} bytes in {limits.files} files, one of at most {limits.file}; this "
                f"one has {used} in {count}, and {size} more do not fit. Delete some of its files.",
                param="file",
            )
        entry = await asyncio.to_thread(workspace.write, path, pieces)
        async with self._database.write() as connection:
            await store.note_upload(connection, row.id, path)
        return entry

    async def delete(self, row: Row[Any], file_id: str) -> None:
        """Remove a file. Raises `NotFound`."""
        path = (await self.get(row, file_id))["path"].removeprefix(f"{INSIDE}/")
        try:
            await asyncio.to_thread(self._living.workspace(row.id).delete, path)
        except FileNotFoundError:
            raise _not_found(file_id) from None
        async with self._database.write() as connection:
            await store.forget_upload(connection, row.id, path)

    async def _all(self, row: Row[Any]) -> list[ContainerFile]:
        entries = await self._entries(row)
        async with self._database.read() as connection:
            uploads = await store.uploads_of(connection, row.id)
        given = tuple(f"{each['path']}/" for each in row.skills)
        return [
            _serialize(row.id, each, by_user=each.path in uploads or each.path.startswith(given)) for each in entries
        ]

    async def _entries(self, row: Row[Any]) -> list[Entry]:
        return await asyncio.to_thread(lambda: list(self._living.workspace(row.id).entries()))


class _Added:
    def __init__(self, path: str, shown: ContainerFile) -> None:
        self.path, self.shown = path, shown


def _serialize(container_id: str, entry: Entry, *, by_user: bool) -> ContainerFile:
    return {
        "id": file_id_of(container_id, entry.path),
        "object": "container.file",
        "container_id": container_id,
        "created_at": entry.changed_at,
        "bytes": entry.size,
        "path": f"{INSIDE}/{entry.path}",
        "source": "user" if by_user else "assistant",
    }


def file_id_of(container_id: str, path: str) -> str:
    """Return the id of a file."""
    return f"cfile_{hashlib.sha256(f'{container_id}/{path}'.encode()).hexdigest()[:40]}"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _not_found(file_id: str, param: str = "file_id") -> NotFound:
    return NotFound(f"No file with id {file_id[:100]!r} is in this container.", param=param)
