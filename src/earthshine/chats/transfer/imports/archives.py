"""A file of chats as programs hand it out: as it is, packed with gzip, or among other files in a ZIP archive.

What is unpacked is bounded before and while it is, whatever the archive says of itself: its list of contents, the
number of files taken, and their bytes together. ChatGPT's archive also has files about chats that are none, so that
where there is a `conversations.json` (or `conversations-000.json` and so on) nothing else is read.
Source: PKWARE's APPNOTE 6.3.10; RFC 1952.
"""

from __future__ import annotations

import gzip
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from earthshine.errors import BodyTooLarge, InvalidRequest, StorageFull

MOST_BYTES = 512 * 2**20
"""Of all chats, unpacked."""
MOST_FILES = 10_000
"""That are read from one archive."""
_LONGEST_LIST = 8 * 2**20
"""Bytes of an archive's list of contents, which is read in one piece."""
_PIECE = 2**20

_CHATGPT = re.compile(r"(?:^|/)conversations(?:-\d+)?\.json$", re.IGNORECASE)
_JSON = re.compile(r"\.jsonl?$", re.IGNORECASE)
_HIDDEN = re.compile(r"(?:^|/)(?:\.|__MACOSX/)")
_DAMAGE = (NotImplementedError, EOFError, OSError, OverflowError, ValueError, struct.error, zlib.error)
"""What the standard library raises for archives that are none."""
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack(file: IO[bytes], folder: Path) -> IO[bytes]:
    """Return a file with the chats alone: `file` itself, or what was in it, in a file without a name in `folder`.

    Raises `InvalidRequest` for an archive that cannot be read or holds no chats, `BodyTooLarge` for one that holds too
    much, and `StorageFull`. It reads and writes as much as there is, so it belongs into a thread.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head[:2] == b"\x1f\x8b":
        pieces = _gzip(file)
    elif head[:2] == b"PK":
        pieces = _zip(file)
    else:
        return file
    return _written(pieces, folder)


def _written(pieces: Iterator[bytes], folder: Path) -> IO[bytes]:
    with ExitStack() as stack:
        target = stack.enter_context(tempfile.TemporaryFile(dir=folder))
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise BodyTooLarge(f"The chats have more than {MOST_BYTES} bytes unpacked. Split them; send the parts.")
            try:
                target.write(piece)
            except OSError as error:
                raise _full(error) from error
        if size == 0:
            raise InvalidRequest("The file is packed, and there is nothing in it.", code="no_chats")
        try:
            target.flush()
        except OSError as error:
            raise _full(error) from error
        stack.pop_all()
    return cast("IO[bytes]", target)


def _full(error: OSError) -> StorageFull:
    return StorageFull(f"The file cannot be kept while it is read: {error.strerror}. Free some space.")


def _gzip(file: IO[bytes]) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            while piece := packed.read(_PIECE):
                yield piece
    except _DAMAGE as error:
        raise _broken(error) from None


def _zip(file: IO[bytes]) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(cast("IO[bytes]", _Listed(file))) as archive:
            for entry in _chosen(archive.infolist()):
                with archive.open(entry) as packed:
                    while piece := packed.read(_PIECE):
                        yield piece
                yield b"\n"
    except (zipfile.BadZipFile, *_DAMAGE) as error:
        raise _broken(error) from None


def _chosen(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the files that hold chats, in the order of their names."""
    files = [entry for entry in entries if not entry.filename.endswith("/") and not _HIDDEN.search(entry.filename)]
    chosen = [entry for entry in files if _CHATGPT.search(entry.filename)]
    chosen = chosen or [entry for entry in files if _JSON.search(entry.filename)]
    if not chosen:
        raise InvalidRequest(
            "This archive holds no chats: no conversations.json (or conversations-000.json), and no other .json or "
            ".jsonl file.",
            code="no_chats",
        )
    if len(chosen) > MOST_FILES:
        raise BodyTooLarge(f"This archive holds more than {MOST_FILES} files of chats. Split it, and send the parts.")
    for entry in chosen:
        if entry.flag_bits & 1:
            raise InvalidRequest(f"{entry.filename[:100]!r} is encrypted. Unpack the archive first.", code="packed")
        if entry.compress_type not in _READABLE:
            raise InvalidRequest(
                f"{entry.filename[:100]!r} is packed in a way that is not read here. Unpack the archive first.",
                code="packed",
            )
    return sorted(chosen, key=lambda entry: entry.filename)


def _broken(error: Exception) -> InvalidRequest:
    return InvalidRequest(f"The archive is damaged or cut off ({error}). Get it again.", code="cut_off")


class _Listed:
    """A file whose long pieces are not read at once: `zipfile` reads an archive's list of contents in one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, lambda: None

    def read(self, size: int = -1) -> bytes:
        if size > _LONGEST_LIST:
            raise BodyTooLarge("This archive lists too many files. Pack the files of chats alone.")
        return self._file.read(size)
