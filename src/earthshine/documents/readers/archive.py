"""A ZIP file that a stranger made: nothing is unpacked, and what is read of it is counted.

Entries are found by name alone; a name is never a path on this machine, so `../` and links lead nowhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import IO

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.limits import MIB

ENTRIES = 20_000
"""Entries that an archive may have."""
INFLATED = 512 * MIB
"""Bytes that are inflated of one archive, all entries together."""
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError)


class Archive:
    """An archive, opened. Its faults are `UnreadableFile`."""

    def __init__(self, path: Path) -> None:
        """Open it and look at its directory."""
        try:
            self._zip = zipfile.ZipFile(path)
        except _FAULTS as error:
            raise UnreadableFile("damaged", f"Its archive cannot be opened: {error}.") from None
        entries = self._zip.infolist()
        if len(entries) > ENTRIES:
            raise UnreadableFile("too_large", f"Its archive has {len(entries)} entries, at most {ENTRIES} are read.")
        end = 0
        for entry in sorted(entries, key=lambda each: each.header_offset):
            if entry.header_offset < end:
                raise UnreadableFile("damaged", "Entries of its archive overlap.")
            end = entry.header_offset + entry.compress_size
        self.names = self._zip.NameToInfo
        self._left = INFLATED

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def open(self, name: str) -> Inflating:
        """Return an entry as a stream. Raises `UnreadableFile` when it is missing, or encrypted."""
        entry = self.names.get(name)
        if entry is None:
            raise UnreadableFile("damaged", f"Its part {name[:200]!r} is missing.")
        if entry.flag_bits & 1:
            raise UnreadableFile("encrypted")
        try:
            return Inflating(self, self._zip.open(entry), name)
        except _FAULTS as error:
            raise UnreadableFile("damaged", f"Its part {name[:200]!r} cannot be opened: {error}.") from None

    def read(self, name: str, most: int = 64 * MIB) -> bytes:
        """Return an entry whole. Raises `UnreadableFile` when it has more than `most` bytes."""
        with self.open(name) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise UnreadableFile("too_large", f"Its part {name[:200]!r} has more than {most // MIB} MiB.")
        return data

    def count(self, size: int) -> None:
        """Count inflated bytes. Raises `UnreadableFile` when they are too many."""
        self._left -= size
        if self._left < 0:
            raise UnreadableFile("too_large", f"Unpacked it has more than {INFLATED // MIB} MiB.")


class Inflating(io.RawIOBase):
    """One entry, inflated as it is read."""

    def __init__(self, archive: Archive, stream: IO[bytes], name: str) -> None:
        self._archive, self._stream, self._entry = archive, stream, name

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes. Raises `UnreadableFile`."""
        kept: list[bytes] = []
        left = size if size >= 0 else INFLATED + 1
        while left > 0:
            try:
                chunk = self._stream.read(min(left, MIB))
            except _FAULTS as error:
                raise UnreadableFile("damaged", f"Its part {self._entry[:200]!r} cannot be read: {error}.") from None
            if not chunk:
                break
            self._archive.count(len(chunk))
            kept.append(chunk)
            left -= len(chunk)
        return b"".join(kept)
