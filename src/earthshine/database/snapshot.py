"""A copy of a SQLite database beside it, made before its tables change."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from earthshine.errors import StorageFull

KEPT = 3
"""Snapshots that stay, the newest; there is one for each schema version."""

RESERVE = 64 * 2**20
"""Bytes left free for the change itself and for logs."""


def snapshot(cursor: Any, version: str) -> Path | None:
    """Copy the database into `NAME-schema-VERSION.db` beside it, readable by its owner only, and return the copy.

    The copy is whole or not there, also after a power cut; it replaces an older one of the same version. A database in
    memory has none. `cursor`: a driver's cursor outside of any transaction. Raises `StorageFull`, with both numbers.
    """
    path = _path(cursor)
    if path is None:
        return None
    _require_space(cursor, path.parent)
    copy = path.with_name(f"{path.stem}-schema-{version}.db")
    part = copy.with_suffix(".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        cursor.execute("VACUUM INTO ?", (str(part),))
        _sync(part)
        part.replace(copy)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(path.parent)
    _prune(path)
    return copy


def _path(cursor: Any) -> Path | None:
    cursor.execute("PRAGMA database_list")
    name = next(row[2] for row in cursor.fetchall() if row[1] == "main")
    return Path(name) if name else None


def _require_space(cursor: Any, folder: Path) -> None:
    def pragma(name: str) -> int:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]

    needed = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size") + RESERVE
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StorageFull(
            "The database's tables are of an earlier version, and a copy is made before they change. The disk of "
            f"{folder} is too full for it: {needed} bytes are needed and {free} are free. Free some space and start "
            "again; nothing was changed.",
        )


def _prune(path: Path) -> None:
    copies = sorted(path.parent.glob(f"{path.stem}-schema-*.db"), key=lambda copy: copy.stat().st_mtime)
    for old in copies[:-KEPT]:
        old.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with suppress(PermissionError):  # a directory cannot be opened everywhere
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
