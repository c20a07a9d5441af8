"""Files that are either whole or not there, and disks that are full."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from earthshine.errors import StorageFull

_RESERVE = 64 * 2**20
"""Bytes left free for the database and logs."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file so that readers see the old or the new one, also after a power cut."""
    with full_disk_is_an_error(path.parent, len(content)):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames in a directory last; does nothing where directories cannot be opened."""
    with suppress(PermissionError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def free_bytes(directory: Path) -> int:
    """Return the bytes free for us on the disk of a directory that may not exist yet."""
    while not directory.exists():
        directory = directory.parent
    return shutil.disk_usage(directory).free


def require_space(directory: Path, needed: int) -> None:
    """Raise `StorageFull` with both numbers when `needed` more bytes and a small reserve do not fit."""
    free = free_bytes(directory)
    if needed + _RESERVE > free:
        raise _full(directory, needed, free)


@contextmanager
def full_disk_is_an_error(directory: Path, needed: int) -> Generator[None]:
    """Turn the system's "no space left" (or a quota, or a limit on file size) into `StorageFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(directory, needed, free_bytes(directory)) from error
        raise


def _full(directory: Path, needed: int, free: int) -> StorageFull:
    return StorageFull(
        f"The disk of {directory} is too full: {needed} bytes are needed and {free} are free. "
        "Free some space and try again; nothing that is stored already is lost.",
        retry_after=60,
    )
