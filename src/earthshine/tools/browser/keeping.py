"""What a browser leaves behind: pictures of its screen for people, and downloads, as files of whoever it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import IO

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.files.schemas import AnyPurpose, ExpiresAfter
from earthshine.files.store import Files
from earthshine.sandboxes.workspace import Workspace
from earthshine.services import Services
from earthshine.text.filenames import safe_filename

_MOST = 200 * 2**20
"""Bytes of one file."""
_PIECE = 2**20
_EXPIRES = ExpiresAfter(anchor="created_at", seconds=30 * 86_400)


async def keep(
    services: Services, owner: Owner, name: str, pieces: Iterable[bytes], purpose: AnyPurpose = "user_data"
) -> str:
    """Keep bytes as a file for thirty days, and return its id. Raises what `Blobs.incoming` and `Files.add` raise."""
    files = services.get(Files)
    async with files.blobs.incoming(_MOST) as incoming:
        for piece in pieces:
            await incoming.write(piece)
        await files.blobs.keep(incoming)
        async with services.get(Database).write() as connection:
            return (await files.add(connection, incoming, owner, name, purpose, _EXPIRES))["id"]


async def keep_downloads(services: Services, owner: Owner, workspace: Workspace, names: Iterable[str]) -> list[str]:
    """Keep downloaded files, and return a line on each; they are no longer in the browser's own folder then."""
    told: list[str] = []
    for name in names:
        path = f"downloads/{name}"
        try:
            source = await asyncio.to_thread(workspace.open, path)
        except FileNotFoundError:
            continue
        with source:
            try:
                file_id = await keep(services, owner, safe_filename(name), _pieces(source))
                told.append(f"The file {safe_filename(name)} is kept as {file_id}.")
            except EarthshineError as error:
                told.append(f"The file {safe_filename(name)} could not be kept: {error.message}")
        await asyncio.to_thread(workspace.delete, path)
    return told


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
