"""Vectors on disk: a file of rows that is only added to, and a journal that says which of them count.

A block of the journal says: these rows belong to these passages, and these passages are gone. It is written after its
rows, and carries their checksum and its own. So what a killed process, a full disk or a bad sector leaves behind ends
at the last block that is whole, and what comes after is given again. A block is read with its rows at once.

Layout of a block: header `_HEADER`, then `added` ids and `added` files and `removed` ids, 8 bytes each, little-endian.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earthshine.disk import full_disk_is_an_error, sync_directory

Int64 = NDArray[np.int64]
Int8 = NDArray[np.int8]

_HEADER = struct.Struct("<4sIIQQQI")
"""Mark, checksum of all that follows it, checksum of the rows, change, added, removed, dimensions."""
_MARK = b"ESV1"


@dataclass(frozen=True, slots=True)
class Place:
    """How far something goes: in bytes of the journal, and in rows."""

    byte: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """What one change added and removed."""

    change: int
    ids: Int64
    files: Int64
    removed: Int64
    end: int
    """Where the block ends in the journal, in bytes."""


class RowsFile:
    """The two files of one generation; `dimensions` bytes per row."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.folder = folder
        self.dimensions = dimensions
        self._rows, self._journal = folder / "rows", folder / "journal"

    def stamp(self) -> tuple[int, int]:
        """Return what is different after each change: the size and the time of the journal."""
        try:
            known = self._journal.stat()
        except FileNotFoundError:
            return (0, 0)
        return (known.st_size, known.st_mtime_ns)

    def blocks(self, start: Place) -> Iterator[Block]:
        """Yield the whole blocks from a place on, up to the first damaged one."""
        if not self._journal.exists() or not self._rows.exists():
            return
        with self._journal.open("rb") as journal, self._rows.open("rb") as rows:
            journal.seek(start.byte)
            rows.seek(start.row * self.dimensions)
            size = os.fstat(journal.fileno()).st_size
            while block := _read(journal, rows, size, self.dimensions):
                yield block

    def rows(self, count: int) -> Int8:
        """Return the first `count` rows, of which only those that are looked at are read."""
        shape = (count, self.dimensions)
        if count == 0:
            return np.zeros(shape, dtype=np.int8)
        return np.asarray(np.memmap(self._rows, dtype=np.int8, mode="r", shape=shape))

    def append(self, at: Place, change: int, ids: Int64, files: Int64, vectors: bytes, removed: Int64) -> Place:
        """Add a block and its rows, and return where they end; what stood from `at` on goes.

        Raises `StorageFull`, and then leaves nothing that counts.
        """
        body = ids.tobytes() + files.tobytes() + removed.tobytes()
        head = _HEADER.pack(_MARK, 0, zlib.crc32(vectors), change, len(ids), len(removed), self.dimensions)[8:]
        block = _MARK + struct.pack("<I", zlib.crc32(body, zlib.crc32(head))) + head + body
        with full_disk_is_an_error(self.folder, len(vectors) + len(block)):
            _write(self._rows, at.row * self.dimensions, vectors)
            _write(self._journal, at.byte, block)
        return Place(at.byte + len(block), at.row + len(ids))


def _read(journal: io.BufferedReader, rows: io.BufferedReader, size: int, dimensions: int) -> Block | None:
    head = journal.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    mark, checksum, rows_checksum, change, added, removed, width = _HEADER.unpack(head)
    length = 8 * (2 * added + removed)
    if mark != _MARK or width != dimensions or length > size - journal.tell():
        return None
    body = journal.read(length)
    if len(body) < length or zlib.crc32(body, zlib.crc32(head[8:])) != checksum:
        return None
    found = 0
    for start in range(0, added * dimensions, 2**22):
        wanted = min(2**22, added * dimensions - start)
        piece = rows.read(wanted)
        if len(piece) < wanted:
            return None
        found = zlib.crc32(piece, found)
    if found != rows_checksum:
        return None
    numbers = np.frombuffer(body, dtype="<i8").astype(np.int64)
    ids, files, gone = np.split(numbers, [added, 2 * added])
    return Block(change, ids, files, gone, journal.tell())


def _write(path: Path, start: int, content: bytes) -> None:
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        file.truncate(start)
        file.seek(start)
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())
    if new:
        sync_directory(path.parent)
