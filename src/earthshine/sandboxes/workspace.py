"""The files of a workspace, as the server sees them: a stranger may have made any of it into a trap.

Paths are walked step by step from the folder's own descriptor, and no link is followed; what is no plain file is not
opened. All of it blocks, and belongs into a thread.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from earthshine.disk import full_disk_is_an_error
from earthshine.errors import InvalidRequest

_MOST = 100_000
"""Entries after which a walk ends: more than a sandbox may make."""
_LONGEST, _DEEPEST = 1024, 32
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Entry:
    """A plain file."""

    path: str
    """Below the workspace, with `/` between its steps."""
    size: int
    changed_at: int
    """Unix seconds, as code inside may have set them."""
    version: int
    """Another after each change, whatever code inside says of it."""


class Workspace:
    """One folder, and whom it belongs to inside."""

    def __init__(self, root: Path, user: int | None) -> None:
        """`user`: who sandboxes run as, None for this process's own user."""
        self.root, self._user = root, user

    def make(self) -> None:
        """Make the folder, empty. Raises `StorageFull`."""
        with full_disk_is_an_error(self.root.parent, 0):
            self.root.mkdir(mode=0o700, parents=True)
            self._give(self.root)

    def remove(self) -> None:
        """Remove the folder with everything in it, whatever modes it was given; nothing may run in it any more."""
        shutil.rmtree(self.root, onerror=self._open_up)  # it follows no links
        if self.root.exists():
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(self.root))

    def _open_up(self, _work: Callable[..., Any], path: str, _fault: object) -> None:
        """Give back the rights on folders that code took away, and try again; what is outside stays as it is."""
        folders = (path,) if os.fspath(path) == os.fspath(self.root) else (os.path.dirname(path), path)
        with suppress(OSError):
            for each in folders:
                if not os.path.islink(each):
                    os.chmod(each, 0o700)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path, ignore_errors=True)
            else:
                os.unlink(path)

    def entries(self) -> Iterator[Entry]:
        """Yield all plain files, in no order; what is no plain file is left out."""
        waiting, seen = [""], 0
        while waiting and seen < _MOST:
            folder = waiting.pop()
            with suppress(OSError), self._folder(folder) as handle, os.scandir(handle) as found:
                for each in found:
                    seen += 1
                    about = each.stat(follow_symlinks=False)
                    path = f"{folder}/{each.name}" if folder else each.name
                    if stat.S_ISDIR(about.st_mode) and path.count("/") < _DEEPEST:
                        waiting.append(path)
                    elif stat.S_ISREG(about.st_mode) and _is_text(path):
                        yield Entry(path, about.st_size, int(about.st_mtime), about.st_ctime_ns)

    def open(self, path: str) -> IO[bytes]:
        """Open a plain file for reading. Raises `FileNotFoundError` for all else."""
        try:
            with self._parent(path) as (handle, name):
                file = os.open(name, os.O_RDONLY | _FILE, dir_fd=handle)
        except OSError as error:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return os.fdopen(file, "rb")

    def write(
        self, path: str, pieces: Iterable[bytes | int], *, mode: int = 0o644, changed_at: int | None = None
    ) -> Entry:
        """Write a file, whole or not at all, in place of what has its name; folders on the way are made.

        A number among the pieces is a hole of so many bytes. Raises `InvalidRequest` where something on the way is no
        folder, `StorageFull`.
        """
        try:
            with full_disk_is_an_error(self.root, 0), self._parent(path, make=True) as (handle, name):
                part = f".{secrets.token_hex(8)}.part"
                file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, 0o644, dir_fd=handle)
                try:
                    with os.fdopen(file, "wb") as into:
                        for piece in pieces:
                            if isinstance(piece, int):
                                into.seek(piece, os.SEEK_CUR)
                            else:
                                into.write(piece)
                        into.truncate()
                        if self._user is not None:
                            os.fchown(into.fileno(), self._user, self._user)
                        into.flush()
                        os.fchmod(into.fileno(), mode)
                        if changed_at is not None:
                            os.utime(into.fileno(), (changed_at, changed_at))
                        os.replace(part, name, src_dir_fd=handle, dst_dir_fd=handle)
                        about = os.fstat(into.fileno())
                except BaseException:
                    with suppress(OSError):
                        os.unlink(part, dir_fd=handle)
                    raise
        except (NotADirectoryError, IsADirectoryError, PermissionError) as error:
            raise InvalidRequest(f"{path!r} cannot be written: something there is no plain folder or file.") from error
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise InvalidRequest(f"{path!r} cannot be written: a link stands in its way.") from error
            raise
        return Entry(path, about.st_size, int(about.st_mtime), about.st_ctime_ns)

    def make_folder(self, path: str) -> None:
        """Make a folder below the workspace, with those on the way. Raises `StorageFull`."""
        with full_disk_is_an_error(self.root, 0), self._folder(path, make=True):
            pass

    def delete(self, path: str) -> None:
        """Remove a file, or a link itself. Raises `FileNotFoundError`."""
        try:
            with self._parent(path) as (handle, name):
                os.unlink(name, dir_fd=handle)
        except OSError as error:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error

    @contextmanager
    def _folder(self, path: str, *, make: bool = False) -> Generator[int]:
        handle = os.open(self.root, _FOLDER)
        try:
            for step in filter(None, path.split("/")):
                try:
                    deeper = os.open(step, _FOLDER, dir_fd=handle)
                except FileNotFoundError:
                    if not make:
                        raise
                    os.mkdir(step, 0o755, dir_fd=handle)
                    deeper = os.open(step, _FOLDER, dir_fd=handle)
                    if self._user is not None:
                        os.fchown(deeper, self._user, self._user)
                os.close(handle)
                handle = deeper
            yield handle
        finally:
            os.close(handle)

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Generator[tuple[int, str]]:
        folder, _, name = path.rpartition("/")
        if not _is_plain(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        with self._folder(folder, make=make) as handle:
            yield handle, name

    def _give(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user, self._user, follow_symlinks=False)


def check_path(path: str, param: str | None = None) -> str:
    """Return a path that may be written below a workspace. Raises `InvalidRequest` at `param`."""
    if not _is_plain(path):
        raise InvalidRequest(
            f"{path[:200]!r} is no path of a file in a container: up to {_LONGEST} characters, {_DEEPEST} folders "
            "deep, without `..` and control characters.",
            param=param,
        )
    return path


def _is_plain(path: str) -> bool:
    steps = path.split("/")
    fit = all(each not in ("", ".", "..") and len(each.encode()) <= 255 for each in steps)
    return fit and len(path) <= _LONGEST and len(steps) <= _DEEPEST and path.isprintable()


def _is_text(path: str) -> bool:
    """Whether a name is UTF-8 that can be shown; others cannot be named in JSON, and are left to code inside."""
    return not any(0xD800 <= ord(char) < 0xE000 for char in path) and _is_plain(path)
