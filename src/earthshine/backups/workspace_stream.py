"""How the files of one workspace are one stream: lines of JSON, each before the bytes that it tells of.

    {"path": "a/b.csv", "size": 4096, "changed_at": 1764547200, "executable": false}
    {"at": 0, "bytes": 512}       and 512 bytes follow: the next line tells where in the file they belong

What no line tells of is a hole, so a large file that holds little stays small, here and on the disk. Links, devices,
empty folders and names that are no text are not in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator
from typing import IO, Any, cast

import orjson

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.workspace import Workspace, check_path

Json = dict[str, Any]

_PIECE = 2**20
_LONGEST_LINE = 16_384


def write_stream(workspace: Workspace, into: IO[bytes], most: int) -> tuple[int, int]:
    """Write a workspace's files; returns the bytes of their content, and how many are not in it, or cut.

    Those cannot be read, or were beyond `most` bytes of content; code may change them meanwhile.
    """
    written = left_out = 0
    for entry in workspace.entries():
        try:
            file = workspace.open(entry.path)
        except FileNotFoundError:
            left_out += 1
            continue
        with file:
            about = os.fstat(file.fileno())
            head = {
                "path": entry.path,
                "size": about.st_size,
                "changed_at": int(about.st_mtime),
                "executable": bool(about.st_mode & stat.S_IXUSR),
            }
            into.write(orjson.dumps(head) + b"\n")
            for at, piece in _pieces(file.fileno(), about.st_size):
                if written + len(piece) > most:
                    left_out += 1
                    break
                written += len(piece)
                into.write(orjson.dumps({"at": at, "bytes": len(piece)}) + b"\n" + piece)
    return written, left_out


def read_stream(stream: IO[bytes], workspace: Workspace) -> None:
    """Make the files of a stream in a workspace. Raises `InvalidRequest` for what is none, `StorageFull`."""
    lines = _Lines(stream)
    while head := lines.next():
        path, size, changed_at = head.get("path"), head.get("size"), head.get("changed_at")
        if not (isinstance(path, str) and isinstance(size, int) and isinstance(changed_at, int) and size >= 0):
            raise _broken()
        mode = 0o755 if head.get("executable") else 0o644
        workspace.write(check_path(path), _content(lines, size), mode=mode, changed_at=changed_at)


def _pieces(file: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield where there is content, and it; up to a size that was true when it was asked."""
    at = 0
    while at < size:
        try:
            at = os.lseek(file, at, os.SEEK_DATA)
            end = min(os.lseek(file, at, os.SEEK_HOLE), size)
        except OSError:
            return  # nothing but a hole follows
        while at < end:
            piece = os.pread(file, min(_PIECE, end - at), at)
            if not piece:
                return
            yield at, piece
            at += len(piece)


class _Lines:
    """The lines of a stream, one of which can be given back."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self._kept: Json | None = None

    def next(self) -> Json | None:
        """Return the next line; None at the end."""
        kept, self._kept = self._kept, None
        if kept is not None:
            return kept
        line = self.stream.readline(_LONGEST_LINE)
        if not line:
            return None
        try:
            value: Any = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise _broken() from None
        if not isinstance(value, dict):
            raise _broken()
        return cast("Json", value)

    def keep(self, line: Json) -> None:
        """Give a line back."""
        self._kept = line


def _content(lines: _Lines, size: int) -> Generator[bytes | int]:
    """Yield the content of one file: bytes, and the lengths of holes."""
    done = 0
    while (line := lines.next()) is not None:
        if "path" in line:
            lines.keep(line)
            break
        at, length = line.get("at"), line.get("bytes")
        if not (isinstance(at, int) and isinstance(length, int) and done <= at and 0 < length <= _PIECE):
            raise _broken()
        piece = lines.stream.read(length)
        if len(piece) != length or at + length > size:
            raise _broken()
        if at > done:
            yield at - done
        yield piece
        done = at + length
    if size > done:
        yield size - done


def _broken() -> InvalidRequest:
    return InvalidRequest("The files of a container in the archive are not as they were written. Take another copy.")
