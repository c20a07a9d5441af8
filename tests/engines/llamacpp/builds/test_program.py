"""Programs that serve instead of the wheel: the same engine, another child."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog.card import Card
from earthshine.engines.deltas import Piece
from earthshine.engines.llamacpp.builds.build import Record, processor
from earthshine.engines.llamacpp.builds.builds import builds_folder, chosen, find_build, wheel
from earthshine.engines.llamacpp.builds.figures import Figures, keep_figures
from earthshine.engines.llamacpp.builds.program import Program, command_line, probe, read_devices
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.llamacpp.factory import LlamaCppFactory
from earthshine.engines.requests import CompletionRequest, Sampling
from earthshine.errors import EngineFailed, Unavailable
from earthshine.processes.child import children
from earthshine.settings import Settings
from tests.engines.llamacpp.builds.test_figures import measured
from tests.patience import PATIENCE

STAND_IN = Path(__file__).with_name("llama_server.py")
LISTED = """Available devices:
  Vulkan0: llvmpipe (LLVM 15.0.6, 256 bits) (24032 MiB, 19200 MiB free)
  CUDA1: NVIDIA GeForce RTX 4090 (24564 MiB, 23990 MiB free)
"""


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    return script(folder / "llama-server", f'exec "{sys.executable}" "{STAND_IN}" "$@"')


def standard(model: str) -> list[Figures]:
    """Figures of the wheel as it is."""
    return [measured("wheel", model, 10, version=wheel().version)]


def card_of(path: Path) -> Card:
    return Card(name="test", path=path, abilities=frozenset({"chat", "embedding"}))


@pytest.fixture(scope="module")
async def engine(program: Path, default_model_path: Path) -> AsyncGenerator[LlamaCpp]:
    settings = Settings(context=1024, slots=4, llama_server=str(program))
    opened = await LlamaCppFactory()(card_of(default_model_path), settings)
    yield opened
    await opened.close()


async def written(engine: LlamaCpp, tokens: int = 8) -> str:
    request = CompletionRequest("The sea is", Sampling(temperature=0, max_tokens=tokens, ignore_eos=True))
    text = ""
    async with aclosing(engine.complete(request)) as batches:
        async for batch in batches:
            text += "".join(item.text for item in batch if isinstance(item, Piece))
    return text


@pytest.mark.model
async def test_it_writes_and_embeds_as_the_wheel_does(engine: LlamaCpp, default_model_path: Path) -> None:
    wheel = await LlamaCppFactory()(card_of(default_model_path), Settings(context=1024, slots=4, llama_server="wheel"))
    try:
        assert await written(engine) == await written(wheel) != ""
        one, other = await engine.embed(["the sea"]), await wheel.embed(["the sea"])
        assert list(one.vectors[0]) == pytest.approx(list(other.vectors[0]), abs=1e-3)
    finally:
        await wheel.close()
    assert engine.memory > 100 * 2**20, "what the program holds counts, not only who watches it"


@pytest.mark.model
async def test_it_is_started_anew_when_it_dies(engine: LlamaCpp) -> None:
    watcher = engine._supervisor.pid
    assert watcher is not None
    (served,) = children(watcher)
    os.kill(served, signal.SIGKILL)
    with pytest.raises(EngineFailed):
        for _ in range(100):
            await written(engine, 2)
    assert await written(engine)
    assert engine._supervisor.pid != watcher


@pytest.mark.model
async def test_it_dies_with_who_watches_it(engine: LlamaCpp) -> None:
    await written(engine)
    watcher = engine._supervisor.pid
    assert watcher is not None
    (served,) = children(watcher)
    os.kill(watcher, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{served}/cmdline").exists() and Path(f"/proc/{served}/cmdline").read_bytes():
        assert time.monotonic() < end, "the program outlived its watcher"
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    assert await written(engine)


@pytest.mark.model
async def test_a_build_that_is_quicker_serves_and_one_that_breaks_is_left(
    tmp_path: Path, default_model_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path, context=1024, slots=1)
    folder = builds_folder(settings) / "cpu"
    folder.mkdir(parents=True)
    # It answers what it is asked, and ends when it is to serve: as with instructions that this processor lacks.
    script(
        folder / "llama-server", f'case "$1" in --model) kill -ILL $$;; esac; exec "{sys.executable}" "{STAND_IN}" "$@"'
    )
    Record("this processor", "1", processor()).write(folder)
    keep_figures(builds_folder(settings), [*standard("test"), measured("cpu", "test", 20, version="11549")])
    assert chosen(settings, "test").name == "cpu"
    engine = await LlamaCppFactory()(card_of(default_model_path), settings)
    try:
        assert await written(engine)
    finally:
        await engine.close()
    assert "the build cpu of llama.cpp does not load 'test'; the wheel is tried" in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo hello", "is no llama-server"),
        ("echo 'version: 1 (ab)'; echo '--model --host'", "too old"),
        ("kill -SEGV $$", "ended with signal 11"),
        ("exit 3", "ended with exit status 3"),
    ],
)
def test_what_cannot_serve_says_why(tmp_path: Path, text: str, said: str) -> None:
    path = script(tmp_path / "llama-server", text)
    with pytest.raises(Unavailable, match=said):
        probe(path)
    assert said in find_build(Settings(data=tmp_path), str(path)).fault


def test_a_missing_program_says_so(tmp_path: Path) -> None:
    assert "does not run here" in find_build(Settings(data=tmp_path), f"{tmp_path}/nothing").fault


async def test_a_named_program_that_cannot_serve_is_an_error(tmp_path: Path, default_model_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not run here"):
        await LlamaCppFactory()(card_of(default_model_path), Settings(data=tmp_path, llama_server=f"{tmp_path}/no"))


def test_a_build_for_another_processor_is_not_used(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    folder = builds_folder(settings) / "cpu"
    folder.mkdir(parents=True)
    script(folder / "llama-server", "exit 0")
    Record("this processor", "1", "another").write(folder)
    keep_figures(builds_folder(settings), [*standard("m"), measured("cpu", "m", 20)])
    assert "another processor" in find_build(settings, "cpu").fault
    assert chosen(settings, "m").name == "wheel"


@pytest.mark.parametrize(("wheels", "builds_"), [("0", "11549"), (None, "11548")])
def test_figures_of_another_version_say_nothing(
    tmp_path: Path, program: Path, wheels: str | None, builds_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    settings = Settings(data=tmp_path)
    old = measured("wheel", "m", 10, version=wheels or wheel().version)
    keep_figures(builds_folder(settings), [old, measured(str(program), "m", 20, version=builds_)])
    assert chosen(settings, "m").name == "wheel"
    keep_figures(builds_folder(settings), [*standard("m"), measured(str(program), "m", 20, version="11549")])
    assert chosen(settings, "m").name == str(program)
    assert find_build(settings, "llama-server").version == "11549", "a bare name is looked for on the PATH"


@pytest.mark.parametrize(
    ("listed", "options", "said"),
    [
        ("", ["--fit"], ("--fit", "off")),
        (LISTED, ["--fit"], ("--fit", "on")),
        (LISTED, [], ("--n-gpu-layers", "999")),
    ],
)
def test_devices_get_what_fits_them(listed: str, options: list[str], said: tuple[str, str]) -> None:
    program = Program(Path("/opt/llama-server"), "1", frozenset(options), read_devices(listed))
    command = command_line(program, told() | {"slots": 2})
    assert command[command.index(said[0]) + 1] == said[1]
    assert command[command.index("--ctx-size") + 1] == "128"


def told(**placement: Any) -> dict[str, Any]:
    """What a process says of itself to a program."""
    said = {"model": "m", "socket": "s", "prefix_folder": "p/", "slots": 1, "context": 64, "batch": 64, "threads": 2}
    return said | {"adapters": [], "projector": "", "pools": False, "placement": placement or None}


@pytest.mark.parametrize(
    ("layers", "sees_on", "options", "said"),
    [
        ({"CUDA0": 33}, "", [], "--device CUDA0 --n-gpu-layers 33"),
        ({"CUDA1": 20, "CUDA0": 13}, "", [], "--device CUDA1,CUDA0 --n-gpu-layers 33 --tensor-split 20,13"),
        ({}, "", [], "--device none --n-gpu-layers 0"),
        ({"CUDA0": 9}, "CUDA0", ["--mmproj-device"], "--device CUDA0 --n-gpu-layers 9 --mmproj-device CUDA0"),
        ({"CUDA0": 9}, "", ["--mmproj-device"], "--device CUDA0 --n-gpu-layers 9 --mmproj-device none"),
        ({"CUDA0": 9}, "", ["--no-mmproj-offload"], "--device CUDA0 --n-gpu-layers 9 --no-mmproj-offload"),
    ],
)
def test_what_is_placed_is_said(layers: dict[str, int], sees_on: str, options: list[str], said: str) -> None:
    program = Program(Path("/opt/llama-server"), "1", frozenset([*options, "--fit"]), read_devices(LISTED))
    command = command_line(program, told(layers=layers, sees_on=sees_on))
    assert " ".join(command).endswith(said)
    assert command[command.index("--fit") + 1] == "off", "nothing is guessed once it is planned"


def test_devices_are_read() -> None:
    one, two = read_devices(LISTED)
    assert (one.id, one.name, one.memory) == ("Vulkan0", "llvmpipe (LLVM 15.0.6, 256 bits)", 24032 * 2**20)
    assert (two.id, two.free) == ("CUDA1", 23990 * 2**20)
    assert read_devices("Available devices:\n  (none)\n") == ()
    assert read_devices("Available devices:\n  BLAS: OpenBLAS (0 MiB, 0 MiB free)\n") == ()
