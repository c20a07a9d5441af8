"""A better default model arrives by itself, is tried, and is nobody's choice overridden."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from earthshine.catalog import Card, Catalog, Proof, curated, reachability
from earthshine.catalog import catalog as catalog_module
from earthshine.catalog.curated import Entry
from earthshine.catalog.machine import Machine
from earthshine.catalog.reachability import Reachability
from earthshine.database import Database
from earthshine.engines.pool import Pool
from earthshine.errors import ModelBroken
from earthshine.models import better as better_module
from earthshine.models.better import BetterModel, write_request
from earthshine.models.downloads import Downloads
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import F32, gguf_bytes, large_gguf
from tests.catalog.hub import Hub, running_hub
from tests.patience import PATIENCE
from tests.runs.workers import worker

MACHINE = Machine(memory=64 * 2**30, disk_free=10**13, cores=8)
TINY, BETTER = large_gguf(4000), gguf_bytes(tensors={"token_embd.weight": ((300_000,), F32)}, seed=1)
PROVED = Proof("qwen")
KEY = "owner/repo/better.gguf"


def entry_of(name: str, content: bytes, source: str) -> Entry:
    model = curated.entries()[0]
    card = Card(name, source=source, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    # Its promised parameters count for the recommendation.
    return replace(model, card=replace(card, parameters=len(content)), sources=(source,), everyday=True, server=False)


class FakePool:
    """Loads at once, and finds of a model what the test says."""

    budget = 10**12

    def __init__(self, catalog: Catalog, proof: Proof | None, fault: ModelBroken | None = None) -> None:
        self._catalog, self._proof, self._fault = catalog, proof, fault
        self.used: list[str] = []

    @asynccontextmanager
    async def use(self, name: str) -> AsyncGenerator[None]:
        self.used.append(name)
        if self._fault is not None:
            raise self._fault
        if self._proof is not None:
            self._catalog.record_proof(name, self._proof)
        yield


class World:
    """One start of a server, as far as a better model is concerned."""

    def __init__(self, hub: Hub, data: Path, proof: Proof | None = PROVED, **settings: Any) -> None:
        self.settings = Settings(data=data, hf_endpoint=hub.url, **{"better_model": "auto", **settings})
        self.catalog = Catalog(self.settings, MACHINE)
        self.pool = FakePool(self.catalog, proof)
        self.reachable = Reachability(self.settings)

    async def __aenter__(self) -> World:
        self.stack = AsyncExitStack()
        database = await Database.open(f"sqlite+aiosqlite:///{self.settings.data / 'test.db'}")
        self.stack.push_async_callback(database.close)
        performing = await self.stack.enter_async_context(worker(database))
        instances = performing.instances
        self.downloads = Downloads(database, instances, performing.runs, self.catalog, "node")
        performing.runs.register(self.downloads)
        self.better = BetterModel(self.settings, self.catalog, cast("Pool", self.pool), self.downloads, self.reachable)
        for close in (self.reachable.close, self.better.close):
            self.stack.push_async_callback(close)
        if not self.catalog.local():
            await self.catalog.add("hf:owner/repo/tiny.gguf", "tiny")
        await performing.runs.open()
        self.better.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()

    async def looked(self) -> str:
        """Wait until what can be had was asked and nothing was begun; return what `default` means."""
        async with asyncio.timeout(PATIENCE):
            while not self.reachable._answers.asked_at:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        assert not await self.downloads.list()
        return self.catalog.resolve("default").name

    async def settled(self) -> str:
        """Wait until nothing goes on any more; return what `default` means."""
        async with asyncio.timeout(PATIENCE):
            while self.better._tasks:
                await asyncio.sleep(0.02)
        return self.catalog.resolve("default").name


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Hub]:
    entries = (entry_of("tiny", TINY, "hf:owner/repo/tiny.gguf"), entry_of("better", BETTER, f"hf:{KEY}"))
    for module in (curated, reachability):
        monkeypatch.setattr(module, "entries", lambda: entries)
    monkeypatch.setattr(better_module, "embedded", lambda: entries[0].card)
    monkeypatch.setattr(Machine, "here", lambda data: MACHINE)
    monkeypatch.setattr(catalog_module, "_TINY", 100_000)
    monkeypatch.setattr(better_module, "_LOOK", 0.01)
    async with running_hub(files={"owner/repo/tiny.gguf": TINY, KEY: BETTER}) as running:
        yield running


async def test_it_arrives_is_tried_and_becomes_the_default(hub: Hub, tmp_path: Path) -> None:
    async with World(hub, tmp_path) as world:
        assert world.catalog.resolve("default").name == "tiny"
        assert await world.settled() == "better"
        assert world.pool.used == ["better"]
        assert not world.catalog.card("better").trial
    async with World(hub, tmp_path) as again:
        assert await again.settled() == "better"
        assert again.pool.used == []


@pytest.mark.parametrize("proof", [None, Proof(None, "the trial call failed")])
async def test_one_that_fails_its_trial_stays_beside(hub: Hub, tmp_path: Path, proof: Proof | None) -> None:
    async with World(hub, tmp_path, proof) as world:
        assert await world.settled() == "tiny"
        assert world.catalog.resolve("better").trial
    async with World(hub, tmp_path, proof) as again:
        assert await again.settled() == "tiny"
    assert len([one for one in hub.downloads() if one.path.endswith("better.gguf")]) == 1


async def test_one_that_cannot_be_loaded_stays_beside(hub: Hub, tmp_path: Path) -> None:
    async with World(hub, tmp_path) as world:
        world.pool._fault = ModelBroken("llama.cpp cannot load it.")
        assert await world.settled() == "tiny"


@pytest.mark.parametrize("settings", [{"better_model": "off"}, {"better_model": "ask"}, {"default_model": "tiny"}])
async def test_it_does_not_come_uncalled(hub: Hub, tmp_path: Path, settings: dict[str, Any]) -> None:
    async with World(hub, tmp_path, **settings) as world:
        assert await world.settled() == "tiny"
    assert [card.name for card in world.catalog.local()] == ["tiny"]


async def test_it_comes_when_the_settings_are_changed_and_is_begun_once(hub: Hub, tmp_path: Path) -> None:
    async with World(hub, tmp_path, better_model="off") as world:
        assert await world.settled() == "tiny"
        world.settings.better_model = "auto"
        for _ in range(2):
            world.better.start()
        assert await world.settled() == "better"
        assert world.pool.used == ["better"]


async def test_a_word_left_asks_for_it_and_off_still_refuses(hub: Hub, tmp_path: Path) -> None:
    write_request(tmp_path / "models" / ".partial")
    async with World(hub, tmp_path, better_model="off") as world:
        assert await world.settled() == "tiny"
    async with World(hub, tmp_path, better_model="ask") as world:
        assert await world.settled() == "better"


async def test_what_an_administrator_installed_is_enough(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.files["owner/repo/mine.gguf"] = large_gguf(8000, seed=2)
    world = World(hub, tmp_path)
    await world.catalog.add("hf:owner/repo/mine.gguf", "mine")
    async with world:
        assert await world.settled() == "mine"
    assert [card.name for card in world.catalog.local()] == ["mine"]


@pytest.mark.parametrize("how", ["stopped", "forgotten", "removed"])
async def test_what_was_stopped_or_removed_does_not_come_back(hub: Hub, tmp_path: Path, how: str) -> None:
    hub.behaviour.slow = 0 if how == "removed" else 0.05
    async with World(hub, tmp_path) as world:
        if how == "removed":
            await world.settled()
            world.catalog.remove("better")
        else:
            async with asyncio.timeout(PATIENCE):
                while not await world.downloads.list():
                    await asyncio.sleep(0.01)
            await world.downloads.stop((await world.downloads.list())[0].id)
            if how == "forgotten":
                await world.downloads.stop((await world.downloads.list())[0].id)
        assert await world.settled() == "tiny"
    hub.behaviour.slow = 0
    async with World(hub, tmp_path) as again:
        assert await again.settled() == "tiny"
    assert [card.name for card in again.catalog.local()] == ["tiny"]


async def test_a_server_that_ends_midway_goes_on_at_its_next_start(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.slow = 0.05
    async with World(hub, tmp_path) as world:
        async with asyncio.timeout(PATIENCE):
            while not (found := await world.downloads.list()) or not found[0].done:
                await asyncio.sleep(0.01)
    hub.behaviour.slow = 0
    async with World(hub, tmp_path, better_model="ask") as again:
        assert await again.settled() == "better"
    assert "Range" in [one for one in hub.downloads() if one.path.endswith("better.gguf")][-1].headers


async def test_no_room_no_download(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cramped = replace(MACHINE, disk_free=len(BETTER) + 1000)
    monkeypatch.setattr(Machine, "here", lambda data: cramped)
    async with World(hub, tmp_path) as world:
        assert await world.looked() == "tiny"
    monkeypatch.setattr(Machine, "here", lambda data: MACHINE)
    world = World(hub, tmp_path)
    world.pool.budget = 1000
    async with world:
        assert await world.looked() == "tiny"


async def test_nothing_to_reach_nothing_to_fetch(hub: Hub, tmp_path: Path) -> None:
    async with World(hub, tmp_path):
        pass
    world = World(hub, tmp_path / "other")
    await world.catalog.add("hf:owner/repo/tiny.gguf", "tiny")
    hub.behaviour.status = 503
    async with world:
        assert await world.looked() == "tiny"
    assert [card.name for card in world.catalog.local()] == ["tiny"]
