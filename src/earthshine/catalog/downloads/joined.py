"""Weights that are published in parts: each is fetched, appended and thrown away, so that no second copy is kept.

`<name>.joined` grows by one part after the other; `<name>.parts` lists those that are in it, each with its size and
checksum. A part is listed only when its bytes are on the disk, so a kill costs at most the part in progress, of which
`<name>.part` keeps what came. In the end the checksums of the parts tell whether one was spoiled on this disk, and that
one alone is fetched again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from earthshine.catalog.downloads.download import Downloader, check_pinned, in_steps
from earthshine.catalog.downloads.progress import Progress, Step
from earthshine.catalog.downloads.unpack import open_at, unpack_steps, write_all
from earthshine.catalog.sources import Artifact, Pieces, Source
from earthshine.disk import full_disk_is_an_error, require_space, sync_directory, write_atomically
from earthshine.errors import EarthshineError, ModelBroken

Checked = TypeVar("Checked")
_STEP = 8 * 2**20
JOINED, PARTS = ".joined", ".parts"


@dataclass(slots=True)
class _JoinedPart:
    """One part that is in the file."""

    size: int
    sha256: str
    """Empty when it is to be fetched again."""


@dataclass(slots=True)
class _State:
    """What is in the file."""

    address: str
    parts: list[_JoinedPart]


_STATE = TypeAdapter(_State)


class Joiner:
    """Joins the parts of one model in one directory. Callers hold a lock."""

    def __init__(self, downloader: Downloader, directory: Path, name: str, pieces: Pieces, size: int) -> None:
        """Join `pieces` as `<name>`; `size` is what the whole must have in bytes, 0 when nobody knows."""
        self._downloader = downloader
        self._name = name
        self._pieces = pieces
        self._size = size
        self._file = directory / f"{name}{JOINED}"
        self._record = directory / f"{name}{PARTS}"
        self._state = _State(pieces.address, [])

    async def fetch(
        self, target: Path, check: Callable[[Path], Checked], pinned: str, progress: Progress
    ) -> tuple[str, Checked]:
        """Bring the joined parts to `target`; return their SHA-256 and what `check` made of them.

        Raises as `Downloader.fetch`. What was joined is kept after a broken line or a full disk.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._restore()
        try:
            sha256 = await self._joined(pinned, progress)
            progress(Step("verifying", self._end, self._end))
            checked = await asyncio.to_thread(check, self._file)
        except EarthshineError as error:
            if error.status == ModelBroken.status:
                self.discard()
            raise
        self._file.replace(target)
        sync_directory(target.parent)
        self.discard()
        return sha256, checked

    def discard(self) -> None:
        """Throw away what was joined."""
        self._record.unlink(missing_ok=True)
        self._file.unlink(missing_ok=True)

    @property
    def _end(self) -> int:
        return sum(part.size for part in self._state.parts)

    async def _joined(self, pinned: str, progress: Progress) -> str:
        """Append what is missing; once more, when parts turn out to have been spoiled. Returns the SHA-256."""
        for last in (False, True):
            for number, source in enumerate(self._pieces.sources):
                if number >= len(self._state.parts) or not self._state.parts[number].sha256:
                    await self._append(number, source, progress)
            whole, each = hashlib.sha256(), list[str]()
            await in_steps(self._hash_steps(whole, each), "checking", progress)
            spoiled = [one for one, sha256 in zip(self._state.parts, each, strict=True) if one.sha256 != sha256]
            if last or not spoiled:
                if spoiled:
                    raise ModelBroken(
                        f"The disk does not keep what is written to {self._file}. Check it, and try again."
                    )
                check_pinned(self._pieces.address, whole.hexdigest(), pinned)
                return whole.hexdigest()
            for one in spoiled:
                one.sha256 = ""
            self._write()
        raise AssertionError

    async def _append(self, number: int, source: Source, progress: Progress) -> None:
        offset = sum(part.size for part in self._state.parts[:number])
        report = self._report(offset, progress)
        artifact = await self._downloader.describe(source, report)
        if self._size:
            require_space(self._file.parent, max(0, self._size - offset))
        digest = hashlib.sha256()
        if artifact.path is not None:
            size = await self._write_at(offset, artifact.path, artifact, digest, report)
            self._list(number, _JoinedPart(size, digest.hexdigest()))
            return
        async with self._downloader.received(self._name, source, artifact, report) as part:
            size = await self._write_at(offset, part.path, artifact, digest, report)
            # Listed before the part's own file goes: a kill in between costs nothing.
            self._list(number, _JoinedPart(size, digest.hexdigest()))

    async def _write_at(self, offset: int, part: Path, artifact: Artifact, digest: Any, progress: Progress) -> int:
        written = 0

        def watch(step: Step) -> None:
            nonlocal written
            written = step.done
            progress(step)

        if artifact.member:
            steps = unpack_steps(part, artifact.member, self._file, digest, offset)
        else:
            steps = _copy_steps(part, self._file, digest, offset)
        await in_steps(steps, "unpacking", watch)
        if self._size and offset + written > self._size:
            raise ModelBroken(
                f"The parts of {self._pieces.address} have more than the {self._size} bytes that they must have."
            )
        return written

    def _list(self, number: int, part: _JoinedPart) -> None:
        """Note that a part is in the file; what stood behind one of another size is in the wrong place."""
        parts = self._state.parts
        if number < len(parts) and parts[number].size != part.size:
            del parts[number:]
        parts[number : number + 1] = [part]
        self._write()

    def _report(self, offset: int, progress: Progress) -> Progress:
        """Count a part's bytes as bytes of the whole, which never go back."""
        best = offset

        def report(step: Step) -> None:
            nonlocal best
            # An archive is about as large as what it holds.
            best = max(best, offset + step.done)
            stage = "downloading" if step.stage in ("unpacking", "checking", "asking") else step.stage
            done = min(best, self._size) if self._size else best
            progress(Step(stage, done, self._size or None, step.note))

        return report

    def _hash_steps(self, whole: Any, each: list[str]) -> Iterator[tuple[int, int]]:
        done, total = 0, self._end
        with self._file.open("rb", buffering=0) as file:
            for part in self._state.parts:
                digest, left = hashlib.sha256(), part.size
                while left and (content := file.read(min(_STEP, left))):
                    whole.update(content)
                    digest.update(content)
                    left -= len(content)
                    done += len(content)
                    yield done, total
                each.append(digest.hexdigest())

    def _restore(self) -> None:
        """Take up what an earlier attempt left, as far as it is of this source and really there."""
        try:
            state = _STATE.validate_json(self._record.read_bytes())
            present = self._file.stat().st_size
        except (OSError, ValidationError):
            state, present = self._state, 0
        if state.address != self._pieces.address or len(state.parts) > len(self._pieces.sources):
            state = self._state
        while sum(part.size for part in state.parts) > present:
            state.parts.pop()
        self._state = state
        if present:
            os.truncate(self._file, self._end)

    def _write(self) -> None:
        write_atomically(self._record, _STATE.dump_json(self._state))


def _copy_steps(part: Path, target: Path, digest: Any, offset: int) -> Iterator[tuple[int, int]]:
    total, done = part.stat().st_size, 0
    require_space(target.parent, total)
    with (
        full_disk_is_an_error(target.parent, total),
        part.open("rb", buffering=0) as opened,
        open_at(target, offset) as file,
    ):
        while content := opened.read(_STEP):
            write_all(file, content)
            digest.update(content)
            done += len(content)
            yield done, total
        os.fsync(file.fileno())
