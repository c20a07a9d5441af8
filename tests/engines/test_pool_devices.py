"""The pool and devices: what is promised is reserved, and idle models leave where that brings more of another there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest

from earthshine.catalog.card import Card
from earthshine.engines import registry
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.placing import Claim, Taken
from earthshine.engines.pool import Pool
from earthshine.processes.memory import MemoryBudget
from earthshine.settings import Settings
from tests.engines.test_pool import FakeCatalog

MIB = 2**20
DEVICE = 100
"""MiB of the one device; a card's size is that of ten layers."""


class PlacedEngine(Engine):
    """On a device."""

    capabilities = Capabilities()

    def __init__(self, devices: tuple[DeviceShare, ...]) -> None:
        self._devices = devices

    @property
    def devices(self) -> tuple[DeviceShare, ...]:
        return self._devices

    def lose(self) -> None:
        """Lose the device, as after a restart."""
        self._devices = ()

    async def close(self) -> None:
        self._devices = ()


class PlacingFactory:
    """Puts as many tenths of a model on the device as fit, the rest in the machine's memory."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Taken]] = []

    def place(self, card: Card, settings: Settings, taken: Mapping[str, Taken]) -> Claim:
        self.asked.append(taken)
        had = taken.get("CUDA0", Taken())
        layer = card.size // 10
        layers = min(10, max(0, DEVICE * MIB - had.reserved + had.idle) // layer)
        shares = (DeviceShare("CUDA0", layers, layers * layer),) if layers else ()
        return Claim((10 - layers) * layer, shares, whole=layers == 10)

    async def load(self, card: Card, settings: Settings, claim: Claim) -> Engine:
        await asyncio.sleep(0.01)
        return PlacedEngine(claim.devices)

    async def __call__(self, card: Card, settings: Settings) -> Engine:
        return await self.load(card, settings, self.place(card, settings, {}))


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> PlacingFactory:
    made = PlacingFactory()
    monkeypatch.setattr(registry, "factory", lambda name: made)
    return made


@pytest.fixture
def memory() -> MemoryBudget:
    return MemoryBudget(1000 * MIB)


@pytest.fixture
async def pool(factory: PlacingFactory, memory: MemoryBudget) -> AsyncGenerator[Pool]:
    cards = (Card("a", size=60 * MIB), Card("b", size=60 * MIB), Card("c", size=40 * MIB), Card("vast", size=500 * MIB))
    made = Pool(Settings(), cast("Any", FakeCatalog(*cards)), memory=memory)
    yield made
    await made.close()


async def use(pool: Pool, name: str) -> None:
    async with pool.use(name):
        pass


def layers(pool: Pool) -> dict[str, int]:
    return {state.card.name: sum(share.layers for share in state.devices) for state in pool.states()}


async def test_what_fits_beside_others_stays_beside_them(pool: Pool, memory: MemoryBudget) -> None:
    await use(pool, "a")
    await use(pool, "c")
    assert layers(pool) == {"a": 10, "c": 10}
    assert memory.reserved("CUDA0") == 100 * MIB and memory.used == 0


async def test_an_idle_model_leaves_for_one_that_fits_only_then(pool: Pool, memory: MemoryBudget) -> None:
    await use(pool, "c")
    await use(pool, "a")
    await use(pool, "b")
    assert layers(pool) == {"b": 10}
    assert memory.reserved("CUDA0") == 60 * MIB


async def test_only_as_many_leave_as_are_needed(pool: Pool) -> None:
    await use(pool, "a")
    await use(pool, "c")
    await use(pool, "b")
    assert layers(pool) == {"c": 10, "b": 10}, "that which was used the longest ago made room enough"


async def test_a_busy_model_keeps_its_place(pool: Pool, memory: MemoryBudget) -> None:
    async with pool.use("a"):
        await use(pool, "b")
        assert layers(pool) == {"a": 10, "b": 6}
        assert memory.reserved("CUDA0") == 96 * MIB and memory.used == 24 * MIB


async def test_nobody_leaves_where_that_brings_nothing(pool: Pool) -> None:
    await use(pool, "c")
    async with pool.use("a"):
        await use(pool, "vast")  # not a tenth of it fits, with the other gone neither
        assert layers(pool) == {"c": 10, "a": 10, "vast": 0}


async def test_two_loads_at_once_are_not_promised_the_same_room(pool: Pool, memory: MemoryBudget) -> None:
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(pool.use(name)) for name in ("a", "b")))
        assert sorted(layers(pool).values()) == [6, 10]
        assert memory.reserved("CUDA0") <= DEVICE * MIB


async def test_what_was_lost_is_no_longer_reserved(pool: Pool, memory: MemoryBudget, factory: PlacingFactory) -> None:
    async with pool.use("a") as model:
        cast("PlacedEngine", model.engine).lose()
        assert memory.reserved("CUDA0") == 0
        await use(pool, "b")
        assert layers(pool) == {"a": 0, "b": 10}
    await pool.discard("b")
    assert memory.reserved("CUDA0") == 0


async def test_what_is_being_loaded_counts_as_taken(pool: Pool, factory: PlacingFactory) -> None:
    loading = asyncio.create_task(use(pool, "a"))
    await asyncio.sleep(0)
    while not pool.states() or not pool.states()[0].devices:
        await asyncio.sleep(0.001)
    await use(pool, "c")
    await loading
    assert any(each.get("CUDA0", Taken()).loading == 60 * MIB for each in factory.asked)
