"""Fetch a folder of files: each resumable and checked, and the folder either whole or not there."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from functools import partial
from pathlib import Path

from earthshine.catalog.downloads.download import Downloader, hash_files
from earthshine.catalog.downloads.progress import Progress, among
from earthshine.catalog.sources import Artifact, FolderFile
from earthshine.disk import require_space
from earthshine.errors import UpstreamFailed

FILES = ".files"
"""What the folder of a download is called behind its model's name."""


async def fetch_snapshot(folder: Path, artifact: Artifact, progress: Progress) -> Path:
    """Bring all files of an artifact into a folder inside `folder`, and return it; what is whole there stays.

    Each commit has a folder of its own, so that no two are mixed; what an earlier attempt left of another one goes.

    Raises as `Downloader.fetch`.
    """
    target, total, done = folder / artifact.version, artifact.size or 0, 0
    await asyncio.to_thread(_prepare, target, total)
    for file in artifact.files:
        report = among(done, total, progress)
        await _fetch(target, file, report)
        done += file.artifact.size or 0
    return target


def _prepare(target: Path, total: int) -> None:
    for other in target.parent.glob("*"):
        if other != target:
            shutil.rmtree(other, ignore_errors=True)
    target.mkdir(parents=True, exist_ok=True)
    here = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    require_space(target, max(0, total - here))


async def _fetch(target: Path, file: FolderFile, progress: Progress) -> None:
    path = target / file.name
    try:
        if await asyncio.to_thread(path.exists) and await _is_right(path, file, progress):
            return
        path.parent.mkdir(exist_ok=True)
        name = file.name.replace("/", "-")
        await Downloader(target).fetch(name, file.source, file.artifact, path, partial(_check, file), progress)
    finally:
        await file.source.close()


async def _is_right(path: Path, file: FolderFile, progress: Progress) -> bool:
    if file.artifact.sha256:
        return await hash_files([path], progress) == file.artifact.sha256
    return not file.blob or await asyncio.to_thread(blob_hash, path) == file.blob


def _check(file: FolderFile, path: Path) -> None:
    """Compare a small file with the only checksum that a hub tells of it; large ones are checked as they come."""
    if file.blob and not file.artifact.sha256 and blob_hash(path) != file.blob:
        raise UpstreamFailed(
            f"What came from {file.source.address} is not what was announced: its git hash is not {file.blob}. It was "
            "thrown away; try again.",
            code="checksum_mismatch",
        )


def blob_hash(path: Path) -> str:
    """Return the SHA-1 of a file as git reckons it; for small files."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
