"""A file in the making, and the small state file that says what it is part of."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from earthshine.disk import full_disk_is_an_error, write_atomically

_STEP = 8 * 2**20
"""Bytes hashed at once."""


class PartialDownload:
    """The first `size` bytes of an artifact, hashed as they come. `restore` first."""

    def __init__(self, path: Path, address: str, version: str) -> None:
        self.path = path
        self.size = 0
        self.etag = ""
        self._state_path = path.with_suffix(".state")
        self._identity = {"address": address, "version": version}
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of the bytes so far."""
        return self._digest.hexdigest()

    def restore(self, expected: int | None) -> Iterator[tuple[int, int]]:
        """Open what an earlier attempt left and hash it, step by step; throw it away when it is of another file.

        Yields (bytes done, bytes in all).
        """
        state = self._state()
        same = {key: state.get(key) for key in self._identity} == self._identity
        present = self.path.stat().st_size if self.path.exists() else 0
        # Without a version nothing but the ETag can tell whether the remote file is still the same.
        trusted = bool(self._identity["version"] or state.get("etag"))
        if not same or not trusted or (expected is not None and present > expected):
            self._start(mode="wb")
            return
        self._file = self.path.open("ab")
        self.etag = str(state.get("etag", ""))
        for done, total in hash_steps(self.path, self._digest):
            self.size = done
            yield done, total

    def begin(self, offset: int, etag: str) -> None:
        """Prepare for bytes from `offset` on: either the size, or 0 to start again."""
        if offset != self.size:
            assert offset == 0
            self.restart()
        if etag != self.etag:
            self.etag = etag
            self._write_state()

    def write(self, content: bytes | bytearray) -> None:
        """Append. After an `OSError` the size is what the file really has."""
        assert self._file is not None
        view = memoryview(content)
        while view:
            written = os.write(self._file.fileno(), view)
            self._digest.update(view[:written])
            self.size += written
            view = view[written:]

    def restart(self) -> None:
        """Throw the bytes away and begin at 0."""
        self.close()
        self._start(mode="wb")

    def sync(self) -> None:
        """Wait until the bytes are on the disk."""
        assert self._file is not None
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; it stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Remove the file and its state."""
        self.close()
        self.path.unlink(missing_ok=True)
        self._state_path.unlink(missing_ok=True)

    def _start(self, mode: str) -> None:
        self.size, self.etag, self._digest = 0, "", hashlib.sha256()
        with full_disk_is_an_error(self.path.parent, 1):
            self._file = cast("BinaryIO", self.path.open(mode))
        self._write_state()

    def _state(self) -> dict[str, Any]:
        try:
            state = orjson.loads(self._state_path.read_bytes())
        except (OSError, ValueError):
            return {}
        return cast("dict[str, Any]", state) if isinstance(state, dict) else {}

    def _write_state(self) -> None:
        write_atomically(self._state_path, orjson.dumps({**self._identity, "etag": self.etag}))


def hash_steps(path: Path, digest: Any) -> Iterator[tuple[int, int]]:
    """Feed a file to a hash, yielding (bytes done, bytes in all) on the way."""
    total, done = path.stat().st_size, 0
    with path.open("rb", buffering=0) as file:
        while content := file.read(_STEP):
            digest.update(content)
            done += len(content)
            yield done, total
