"""A folder for the sockets and files of one child: private, in memory, and not left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

_PREFIX = "earthshine-engine-"
_LOCK = "lock"
_NEW = 60.0
"""Seconds during which a folder may still lack its lock."""


class RuntimeFolder:
    """One folder, locked as long as this process lives."""

    def __init__(self) -> None:
        """Make a folder that only this user can enter, and remove those that killed processes left."""
        memory = Path("/dev/shm")  # noqa: S108  the folder itself is made by mkdtemp: mode 0700, a random name
        parent = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
        _remove_abandoned(parent)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Delete the folder and what is in it; safe to call twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            if folder.stat().st_uid != os.getuid() or time.time() - folder.stat().st_mtime < _NEW:
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # its process lives
        finally:
            os.close(lock)
