"""A folder for the sockets and files of a child: private, in memory by default, and not left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "earthshine-"
_LOCK = "lock"


class RuntimeFolder:
    """One folder, locked as long as this process lives."""

    def __init__(self, what: str = "engine", parent: Path | None = None) -> None:
        """Make a folder that only this user can enter, and remove those that killed processes left in `parent`."""
        memory = Path("/dev/shm")  # noqa: S108  the folder itself is made by mkdtemp: mode 0700, a random name
        usual = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
        within = (usual if parent is None else parent).absolute()
        _remove_abandoned(within)
        made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}{what}-", dir=within))
        self._lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Under its name it is locked: another process may look at any moment.
        self.path = made.rename(within / made.name.removeprefix("."))

    def remove(self) -> None:
        """Delete the folder and what is in it; safe to call twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            if folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # its process lives
        finally:
            os.close(lock)
