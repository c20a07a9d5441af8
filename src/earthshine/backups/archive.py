"""The archive: a ZIP file that any program can open, sealed so that no changed byte goes unnoticed.

    manifest.json              what is in it: see `Manifest`
    tables/NAME.jsonl          one line for each row, in the order of the primary key (see `database.shape`)
    contents/SHA256            the bytes of stored files, each content once
    workspaces/CONTAINER_ID    the files of a container: see `workspace_stream`
    models/NAME.json           the record of an installed model; not its weights
    spool/NAME                 what was counted and not yet in the ledger
    secrets/secret.key         only when asked for

The archive's comment is the SHA-256, in hex, of all bytes before it. A table's hash in the manifest is the SHA-256 of
its file's content.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter, ValidationError

from earthshine.database.shape import Kind, Shape
from earthshine.disk import sync_directory
from earthshine.errors import InvalidRequest

FORMAT = "earthshine-backup-1"

_MANIFEST = "manifest.json"
_SEAL = 64
_LEVEL = 1  # deflate's faster levels lose a few percent and win a factor
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of an archive."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]
    rows: int
    sha256: str
    size: int
    """Bytes of its rows before compression."""

    @property
    def shape(self) -> Shape:
        """The shape of its rows."""
        return Shape(self.name, self.columns, self.key)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One installed model: where its weights come from, and how to know them."""

    name: str
    source: str
    size: int
    sha256: str
    """Empty when the publisher gives none."""


@dataclass(frozen=True, slots=True)
class Workspaces:
    """What became of the files of the containers that lived."""

    saved: int = 0
    """Containers whose files are in it."""
    size: int = 0
    """Bytes of their content, before compression."""
    elsewhere: int = 0
    """Containers whose files were not there: another server has them."""
    left_out: int = 0
    """Files that could not be read, or were too much for their container."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds; it has no secret."""

    made_at: int
    """Unix seconds."""
    earthshine: str
    """The version of the program that made it."""
    schema: str
    """The version of the tables."""
    database: str
    """sqlite or postgresql."""
    tables: tuple[TableEntry, ...]
    """Those first that others refer to."""
    models: tuple[ModelEntry, ...] = ()
    secrets: tuple[str, ...] = ()
    """Names of the secret files in it."""
    contents: int = 0
    """Contents of stored files that the tables tell of."""
    lost_contents: tuple[str, ...] = ()
    """Hashes of those that are not in it: damaged before, or deleted while it was made."""
    workspaces: Workspaces = Workspaces()
    format: str = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    def as_json(self) -> bytes:
        """Return the manifest as it is stored."""
        return _ADAPTER.dump_json(self, indent=2)


_ADAPTER = TypeAdapter(Manifest)


class ArchiveWriter:
    """An archive that is being made."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._zip.comment = b"0" * _SEAL

    def member(self, name: str) -> IO[bytes]:
        """Return the file to write a member to, one at a time; to be used as a context manager."""
        return self._zip.open(name, "w", force_zip64=True)

    def add(self, name: str, content: bytes) -> None:
        """Write a small member."""
        self._zip.writestr(name, content)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the directory."""
        self._zip.writestr(_MANIFEST, manifest.as_json())
        self._zip.close()

    def abandon(self) -> None:
        """Let go of a file that will not be finished; otherwise its directory would be written when memory is freed."""
        self._zip.fp = None


@contextmanager
def new_archive(path: Path) -> Generator[ArchiveWriter]:
    """Make an archive that appears under its name, readable by its owner only, when it is whole and on the disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            writer = ArchiveWriter(file)
            try:
                yield writer
            finally:
                writer.abandon()
            file.flush()
            size = file.seek(0, os.SEEK_END) - _SEAL
            seal = _hash(file, size).encode()
            file.seek(size)
            file.write(seal)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


class Archive:
    """An archive that is whole."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = file
        self.manifest = manifest

    def names(self, folder: str) -> list[str]:
        """Return the names of the members in a folder of it."""
        members = self._zip.namelist()
        return sorted(name.removeprefix(f"{folder}/") for name in members if name.startswith(f"{folder}/"))

    def read(self, name: str) -> bytes:
        """Return a small member."""
        return self._zip.read(name)

    def open(self, name: str) -> IO[bytes]:
        """Return a large member, to be used as a context manager."""
        return self._zip.open(name)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a large member."""
        with self._zip.open(name) as member:
            while piece := member.read(_CHUNK):
                yield piece

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a member."""
        with (
            self._zip.open(name) as member,
            # A member has `readinto` like a raw file, though it is not declared as one.
            io.BufferedReader(member, _CHUNK) as lines,  # pyright: ignore[reportArgumentType]
        ):
            yield from lines


@contextmanager
def open_archive(path: Path) -> Generator[Archive]:
    """Check an archive's seal and open it. Raises `InvalidRequest` for what is damaged, cut, or not a backup."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            _check_seal(path, file)
            opened = stack.enter_context(zipfile.ZipFile(file))
            manifest = _ADAPTER.validate_json(opened.read(_MANIFEST))
        except OSError as error:
            raise InvalidRequest(f"{path} cannot be read ({error.strerror}).") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValidationError) as error:
            raise InvalidRequest(f"{path} is no backup that this program can read ({type(error).__name__}).") from error
        if manifest.format != FORMAT:
            raise InvalidRequest(f"{path} has the format {manifest.format!r}; this program reads {FORMAT!r}.")
        yield Archive(opened, manifest)


def _check_seal(path: Path, file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END) - _SEAL
    if size > 0:
        found = _hash(file, size).encode()
        if file.read(_SEAL) == found:
            file.seek(0)
            return
    raise InvalidRequest(
        f"{path} is damaged, cut off or no backup: its bytes do not match their checksum. Nothing was changed. "
        "Take another copy of it."
    )


def _hash(file: IO[bytes], size: int) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while size:
        chunk = file.read(min(_CHUNK, size))
        if not chunk:
            break
        found.update(chunk)
        size -= len(chunk)
    return found.hexdigest()
