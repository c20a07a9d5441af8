"""A copy of a folder for a command that is not trusted, and the way back of what it made.

Both ways no link is followed, and what is no plain file is left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.base import Limits
from earthshine.sandboxes.workspace import Entry, Workspace

_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What came back into a folder."""

    written: list[str]
    """Paths of the files that were made or changed."""
    refused: list[str]
    """Paths of those that something stands in the way of, such as a link."""


class WorkingCopy:
    """The files of one folder in a workspace."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self._folder, self._workspace = Workspace(folder, None), workspace
        self._versions: dict[str, int] = {}

    def fill(self, limits: Limits) -> None:
        """Copy the folder's files. Raises `InvalidRequest` when a sandbox cannot hold them, and `StorageFull`."""
        size = 0
        entries: list[Entry] = []
        for entry in self._folder.entries():
            size += entry.size
            entries.append(entry)
            if size > limits.disk or len(entries) > limits.files or entry.size > limits.file:
                raise InvalidRequest(
                    f"{self._folder.root} is too much for a sandbox, which holds {limits.disk} bytes in {limits.files} "
                    f"files, one of at most {limits.file}. Name a smaller folder."
                )
        for entry in entries:
            with self._folder.open(entry.path) as file:
                self._workspace.write(entry.path, _pieces(file), mode=_mode(file), changed_at=entry.changed_at)
        self._versions = {each.path: each.version for each in self._workspace.entries()}

    def bring_back(self) -> BroughtBack:
        """Write what was made or changed into the folder, each file whole or not at all; nothing is removed there."""
        written: list[str] = []
        refused: list[str] = []
        for entry in self._workspace.entries():
            if self._versions.get(entry.path) == entry.version:
                continue
            try:
                with self._workspace.open(entry.path) as file:
                    self._folder.write(entry.path, _pieces(file), mode=_mode(file))
            except (InvalidRequest, FileNotFoundError):
                refused.append(entry.path)
            else:
                written.append(entry.path)
        return BroughtBack(sorted(written), sorted(refused))


def _mode(file: IO[bytes]) -> int:
    return 0o755 if os.fstat(file.fileno()).st_mode & stat.S_IXUSR else 0o644


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
