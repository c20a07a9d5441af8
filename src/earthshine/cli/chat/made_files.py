"""The files that tools made for a conversation: which there are, and a copy of one on this machine."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.text.filenames import safe_filename


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a reply cites."""

    name: str
    container_id: str
    file_id: str


def file_of(annotation: dict[str, Any]) -> MadeFile | None:
    """Return the file that an annotation cites; None for one that cites no file of a container."""
    if annotation.get("type") != "container_file_citation":
        return None
    name = safe_filename(str(annotation.get("filename") or annotation["file_id"]))
    return MadeFile(name, str(annotation["container_id"]), str(annotation["file_id"]))


def place_of(file: MadeFile, said: str) -> Path:
    """Return where a file goes: into what was said where that is a folder, the current one by default."""
    place = Path(said or ".").expanduser()
    return place / file.name if place.is_dir() else place


async def save(client: ChatClient, file: MadeFile, path: Path) -> Path:
    """Write a file, where there is none of that name; returns where. Raises `ChatError`."""
    return await save_as(client, f"/v1/containers/{file.container_id}/files/{file.file_id}/content", path)


async def save_as(client: ChatClient, address: str, path: Path) -> Path:
    """Write what is at an address of the server, where there is no file of that name. Raises `ChatError`."""
    try:
        with _new_file(path) as into:
            await client.download(address, into)
    except OSError as error:
        raise ChatError(f"{path} cannot be written ({error.strerror}).") from None
    return path


@contextmanager
def _new_file(path: Path) -> Generator[BinaryIO]:
    with path.open("xb") as into:
        try:
            yield into
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def newest(files: Iterable[MadeFile], name: str) -> MadeFile:
    """Return the file of that name that was made last. Raises `ChatError`."""
    found = {each.name: each for each in files}
    with suppress(KeyError):
        return found[name]
    raise ChatError(f"There is no file {name!r}. /files lists those that were made.")
