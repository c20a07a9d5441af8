"""Models on devices of a program: placed within budgets, and placed anew when a device goes.

The program is the stand-in, which computes on the processor whatever it is told; bench/engines/devices.py does the same
with a program that was compiled for Vulkan, and compares what is planned with what the engine allocates.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog.card import Card
from earthshine.devices.look import Sight
from earthshine.engines.deltas import Piece
from earthshine.engines.llamacpp.devices import inventory, layout
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.llamacpp.factory import LlamaCppFactory
from earthshine.engines.placing import Taken
from earthshine.engines.requests import CompletionRequest, Sampling
from earthshine.errors import EngineFailed
from earthshine.processes.child import children
from earthshine.settings import Settings

MIB = 2**20
STAND_IN = Path(__file__).parent / "builds/llama_server.py"
CARD, OTHER = "  CUDA0: NVIDIA L4 (8192 MiB, 8000 MiB free)\n", "  CUDA1: NVIDIA L4 (8192 MiB, 7000 MiB free)\n"
pytestmark = pytest.mark.model
Open = Callable[..., Awaitable[LlamaCpp]]


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of devices."""
    path = tmp_path / "devices"
    path.write_text(CARD)
    monkeypatch.setenv("STAND_IN_DEVICES", str(path))
    for module in (layout, inventory):
        monkeypatch.setattr(module, "look", lambda: Sight())
    return path


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "llama-server"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def card(default_model_path: Path) -> Card:
    return Card(name="test", path=default_model_path, abilities=frozenset({"chat", "embedding"}))


@pytest.fixture
async def load(program: Path, listed: Path, card: Card, tmp_path: Path) -> AsyncGenerator[Open]:
    opened: list[LlamaCpp] = []

    async def load(**given: Any) -> LlamaCpp:
        settings = Settings(data=tmp_path, llama_server=str(program), **{"context": 512, "slots": 2, **given})
        opened.append(await LlamaCppFactory()(card, settings))
        return opened[-1]

    yield load
    for engine in opened:
        await engine.close()


async def written(engine: LlamaCpp) -> str:
    request = CompletionRequest("The sea is", Sampling(temperature=0, max_tokens=8, ignore_eos=True))
    text = ""
    async with aclosing(engine.complete(request)) as batches:
        async for batch in batches:
            text += "".join(item.text for item in batch if isinstance(item, Piece))
    return text


def told(engine: LlamaCpp) -> list[str]:
    """The command line of the program that serves."""
    assert engine._supervisor.pid is not None
    (served,) = children(engine._supervisor.pid)
    return Path(f"/proc/{served}/cmdline").read_bytes().decode().split("\0")


def kill(engine: LlamaCpp) -> None:
    assert engine._supervisor.pid is not None
    (served,) = children(engine._supervisor.pid)
    os.kill(served, signal.SIGKILL)


async def again(engine: LlamaCpp) -> str:
    """What it writes after it was killed."""
    kill(engine)
    with pytest.raises(EngineFailed):
        for _ in range(100):
            await written(engine)
    return await written(engine)


async def test_a_model_that_fits_goes_to_a_device_whole(load: Open) -> None:
    engine = await load()
    (share,) = engine.devices
    assert (share.id, share.layers) == ("CUDA0", 31)
    command = told(engine)
    assert command[command.index("--device") + 1 : command.index("--device") + 4] == ["CUDA0", "--n-gpu-layers", "31"]
    assert command[command.index("--fit") + 1] == "off"
    assert await written(engine)
    assert (await engine.embed(["the sea"])).vectors, "its vectors are computed beside it"


async def test_a_budget_holds_a_part_of_it(load: Open) -> None:
    engine = await load(device_budgets={"CUDA0": "580MiB"})
    (share,) = engine.devices
    assert 0 < share.layers < 31 and share.memory <= 580 * MIB
    assert await written(engine)


async def test_no_budget_leaves_a_device_alone(load: Open) -> None:
    engine = await load(device_budgets={"CUDA0": 0})
    assert engine.devices == ()
    assert told(engine)[told(engine).index("--device") + 1] == "none"


async def test_the_device_with_the_most_room_is_taken(load: Open, listed: Path) -> None:
    listed.write_text(CARD + OTHER)
    assert [share.id for share in (await load(device_budgets={"CUDA0": 1000})).devices] == ["CUDA1"]


async def test_a_device_that_is_gone_is_left(load: Open, listed: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = await load()
    text = await written(engine)
    listed.write_text(OTHER)
    assert await again(engine) == text
    assert engine.devices == (), "another device was not reserved for it"
    assert "leaves its devices: CUDA0 is gone; 0 of 31 layers are on devices now" in caplog.text
    assert told(engine)[told(engine).index("--device") + 1] == "none"


async def test_what_others_took_meanwhile_is_left(load: Open, listed: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = await load()
    listed.write_text(CARD.replace("8000", "580"))
    assert await again(engine)
    (share,) = engine.devices
    assert 0 < share.layers < 31 and share.memory <= 580 * MIB
    assert "others have taken room on CUDA0" in caplog.text


async def test_a_child_that_only_died_comes_back_where_it_was(load: Open, caplog: pytest.LogCaptureFixture) -> None:
    engine = await load()
    before = engine.devices
    assert await again(engine)
    assert engine.devices == before and "leaves its devices" not in caplog.text


async def test_a_device_that_is_listed_and_dead_is_left(
    load: Open, listed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await load()
    listed.write_text(CARD.replace("L4", "L4 dead"))
    assert await again(engine)
    assert engine.devices == ()
    assert "leaves its devices: it did not start on them" in caplog.text


async def test_a_dead_device_does_not_stop_a_load(load: Open, listed: Path, caplog: pytest.LogCaptureFixture) -> None:
    listed.write_text(CARD.replace("L4", "L4 dead"))
    engine = await load()
    assert await written(engine) and engine.devices == ()
    assert "does not start on its devices; the processor is tried" in caplog.text


def test_what_others_have_is_not_promised_twice(program: Path, listed: Path, card: Card, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, llama_server=str(program), context=512, slots=2)
    factory, budget = LlamaCppFactory(), int(8192 * MIB * 0.9)
    alone = factory.place(card, settings, {})
    assert alone.whole and alone.memory > 0
    full = factory.place(card, settings, {"CUDA0": Taken(reserved=budget)})
    assert full.devices == () and not full.whole
    leaving = factory.place(card, settings, {"CUDA0": Taken(reserved=budget, idle=budget)})
    assert leaving.devices == alone.devices
    # A load that has begun may have taken nothing yet, and what is free then is not.
    loading = factory.place(card, settings, {"CUDA0": Taken(reserved=600 * MIB, loading=8000 * MIB - 580 * MIB)})
    assert 0 < loading.layers < alone.layers and loading.devices[0].memory <= 580 * MIB
    listed.write_text(CARD.replace("8000", "100"))
    assert factory.place(card, settings, {}).devices == (), "somebody else has it now"
