"""The spool: settlements on their way into the ledger, in a file that outlives the process.

A settlement is appended before the last byte of its reply leaves. What was handed to the operating system survives
any death of the process; only a power cut can lose it, until the batch is committed to the ledger (see `Ledger`). Two
files take turns: while the rows of one are committed, new ones go to the other; a committed file is emptied.

A line is the checksum (CRC-32, eight hex digits), a space and the row as a JSON object. A line without its end
was being written when the process died: its reply had not ended either. A line that does not match its checksum was
damaged later; it is set aside in `damaged.spool` and reported, never dropped.
"""

from __future__ import annotations

import logging
import os
import zlib
from pathlib import Path
from typing import cast

import orjson

from earthshine.metering.limits.counters import Row

log = logging.getLogger(__name__)


class Spool:
    """Two files in one folder, used by one process at a time."""

    def __init__(self, folder: Path, what: str = "settlement") -> None:
        """Open the files, which may hold what a dead process left: `read` it before anything is appended.

        `what` a row is, for the log.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._what = folder, what
        self._paths = [folder / "a.spool", folder / "b.spool"]
        self._files = [os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600) for path in self._paths]
        self._sizes = [os.fstat(file).st_size for file in self._files]
        self._now = 0

    def append(self, row: Row) -> None:
        """Write one row. Raises `OSError` when that fails; then nothing of it is left in the file."""
        line = _line(row)
        file, size = self._files[self._now], self._sizes[self._now]
        try:
            written = os.write(file, line)
            if written < len(line):
                raise OSError(f"only {written} of {len(line)} bytes could be written")
        except OSError:
            # A torn line in the middle would take the next one with it.
            os.ftruncate(file, size)
            raise
        self._sizes[self._now] = size + len(line)

    def turn(self) -> int:
        """Let new rows go to the other file; returns the number of the one that is full."""
        self._now, full = 1 - self._now, self._now
        return full

    def empty(self, number: int) -> None:
        """Forget what a file holds: it is in the ledger."""
        if self._sizes[number]:
            os.ftruncate(self._files[number], 0)
            self._sizes[number] = 0

    def sync(self) -> None:
        """Force everything onto the disk; waits for it."""
        for file, size in zip(self._files, self._sizes, strict=True):
            if size:
                os.fsync(file)

    def read(self) -> list[Row]:
        """Return the rows of both files. Damaged lines are set aside."""
        rows: list[Row] = []
        for path in self._paths:
            for line in path.read_bytes().splitlines(keepends=True):
                row = _row(line)
                if row is not None:
                    rows.append(row)
                elif line.endswith(b"\n"):
                    self._set_aside(line)
                else:
                    log.warning("%s ends in the middle of a line: that %s is left out", path, self._what)
        return rows

    def set_aside(self, row: Row) -> None:
        """Keep a row that the ledger cannot take in `damaged.spool`, for people."""
        self._set_aside(_line(row))

    def close(self) -> None:
        """Release the files; what they hold stays."""
        for file in self._files:
            os.close(file)

    def _set_aside(self, line: bytes) -> None:
        path = self._folder / "damaged.spool"
        log.error("a %s is damaged and not in the database; it is kept in %s", self._what, path)
        with path.open("ab") as damaged:
            damaged.write(line)
            damaged.flush()
            os.fsync(damaged.fileno())


def _line(row: Row) -> bytes:
    payload = orjson.dumps(row)
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def _row(line: bytes) -> Row | None:
    """Return the row of a line, or None for one that is torn or damaged."""
    checksum, _, payload = line.rstrip(b"\n").partition(b" ")
    try:
        if int(checksum, 16) == zlib.crc32(payload) and line.endswith(b"\n"):
            return cast("Row", orjson.loads(payload))
    except ValueError:
        pass
    return None
