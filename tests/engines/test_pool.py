"""The pool: load on demand, share, unload by least recent use, and never what is in use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from earthshine.catalog.card import Card, Proof
from earthshine.engines import pool as pool_module
from earthshine.engines import registry
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.pool import Pool
from earthshine.errors import ModelBroken, ModelNotFound, Unavailable
from earthshine.settings import Settings
from tests.patience import PATIENCE

MIB = 2**20


class FakeEngine(Engine):
    """Knows whether it was closed."""

    capabilities = Capabilities()

    def __init__(self, size: int) -> None:
        self.size = size
        self.closed = False

    async def close(self) -> None:
        self.closed = True

    @property
    def memory(self) -> int:
        return self.size


class FakeFactory:
    """Loads slowly, counts its loads, fails on demand; a card's size in MiB is what it needs."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.engines: dict[str, FakeEngine] = {}
        self.fails: Exception | None = None

    async def __call__(self, card: Card, settings: Settings) -> Engine:
        self.loads.append(card.name)
        await asyncio.sleep(0.01)
        if self.fails is not None:
            raise self.fails
        self.engines[card.name] = FakeEngine(card.size)
        return self.engines[card.name]

    def memory_needed(self, card: Card, settings: Settings) -> int:
        return card.size


class FakeCatalog:
    """A few cards by name."""

    def __init__(self, *cards: Card) -> None:
        self.cards = {card.name: card for card in cards}

    def resolve(self, name: str) -> Card:
        if name not in self.cards:
            raise ModelNotFound(name, self.cards)
        return self.cards[name]


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> FakeFactory:
    made = FakeFactory()
    monkeypatch.setattr(registry, "factory", lambda name: made)
    return made


@pytest.fixture
def catalog() -> FakeCatalog:
    return FakeCatalog(*(Card(name, size=40 * MIB) for name in "abc"), Card("huge", size=1000 * MIB))


@pytest.fixture
async def make_pool(factory: FakeFactory, catalog: FakeCatalog) -> Any:
    made: list[Pool] = []

    def make(prepare: Callable[[Card, Engine], Any] | None = None, **settings: Any) -> Pool:
        made.append(Pool(Settings(memory_budget=100, **settings), cast("Any", catalog), prepare))
        return made[-1]

    yield make
    for pool in made:
        await pool.close()


async def hold(pool: Pool, name: str) -> FakeEngine:
    async with pool.use(name) as model:
        return cast("FakeEngine", model.engine)


async def test_concurrent_requests_share_one_load(make_pool: Any, factory: FakeFactory) -> None:
    pool = make_pool()
    engines = await asyncio.gather(*(hold(pool, "a") for _ in range(20)))
    assert factory.loads == ["a"]
    assert len(set(map(id, engines))) == 1


async def test_least_recently_used_goes_first(make_pool: Any, factory: FakeFactory) -> None:
    pool = make_pool()
    for name in ("a", "b", "a", "c"):
        await hold(pool, name)
    assert factory.engines["b"].closed
    assert not factory.engines["a"].closed
    assert sorted(model.card.name for model in pool.loaded()) == ["a", "c"]


async def test_a_model_in_use_is_waited_for(make_pool: Any, factory: FakeFactory) -> None:
    pool = make_pool()
    async with pool.use("a"):
        async with pool.use("b"):
            waiting = asyncio.create_task(hold(pool, "c"))
            await asyncio.sleep(0.05)
            assert factory.loads == ["a", "b"]
        await asyncio.wait_for(waiting, PATIENCE)
        assert factory.engines["b"].closed
        assert not factory.engines["a"].closed


async def test_waiting_for_memory_ends(make_pool: Any, factory: FakeFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "ROOM_PATIENCE", 0.05)
    pool = make_pool()
    async with pool.use("a"), pool.use("b"):
        with pytest.raises(Unavailable) as caught:
            await hold(pool, "c")
    assert caught.value.retry_after


async def test_what_can_never_fit_says_so(make_pool: Any) -> None:
    with pytest.raises(Unavailable, match="needs about 1000 MiB and all models together may take 100 MiB"):
        await hold(make_pool(), "huge")


async def test_failure_is_told_to_all_and_then_forgotten(
    make_pool: Any, factory: FakeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    factory.fails = ModelBroken("bad file")
    results = await asyncio.gather(*(hold(pool, "a") for _ in range(5)), return_exceptions=True)
    assert all(isinstance(result, ModelBroken) for result in results)
    assert factory.loads == ["a"]
    factory.fails = None
    monkeypatch.setattr(pool_module, "FAILURE_MEMORY", 0)
    assert not (await hold(pool, "a")).closed


async def test_one_who_leaves_does_not_stop_the_load(make_pool: Any, factory: FakeFactory) -> None:
    pool = make_pool()
    first = asyncio.create_task(hold(pool, "a"))
    await asyncio.sleep(0)
    second = asyncio.create_task(hold(pool, "a"))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert factory.loads == ["a"]


async def test_an_engine_is_prepared_before_the_first_request_and_its_proof_is_seen(
    make_pool: Any, catalog: FakeCatalog
) -> None:
    seen: list[str] = []

    served = FakeEngine(1)

    async def prepare(card: Card, engine: Engine) -> Engine:
        await asyncio.sleep(0)
        seen.append(card.name)
        catalog.cards["a"] = replace(card, proof=Proof("hermes"))
        return served

    pool = make_pool(prepare)
    async with pool.use("a") as model:
        assert seen == ["a"]
        assert model.engine is served
        assert model.card.proof == Proof("hermes")
    await hold(pool, "a")
    assert seen == ["a"], "a new proof does not load the model again"


async def test_a_bug_in_preparing_closes_the_engine(make_pool: Any, factory: FakeFactory) -> None:
    async def broken(card: Card, engine: Engine) -> Engine:
        raise ZeroDivisionError

    pool = make_pool(broken)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await hold(pool, "a")
        assert factory.engines["a"].closed
    assert pool.loaded() == []


async def test_replaced_weights_are_loaded_anew(make_pool: Any, factory: FakeFactory, catalog: FakeCatalog) -> None:
    pool = make_pool()
    old = await hold(pool, "a")
    catalog.cards["a"] = replace(catalog.cards["a"], sha256="new")
    new = await hold(pool, "a")
    assert old is not new
    await hold(pool, "b")
    assert old.closed, "the replaced one is the first to go"


async def test_unused_models_are_unloaded_when_asked(make_pool: Any, factory: FakeFactory) -> None:
    pool = make_pool(idle_unload=0.05)
    await hold(pool, "a")
    async with pool.use("b"):
        await asyncio.sleep(0.3)
        assert factory.engines["a"].closed
        assert not factory.engines["b"].closed


async def test_unknown_model(make_pool: Any) -> None:
    with pytest.raises(ModelNotFound):
        await hold(make_pool(), "nobody")


async def test_close_unloads_and_refuses(make_pool: Any, factory: FakeFactory) -> None:
    pool = make_pool()
    await hold(pool, "a")
    loading = asyncio.create_task(hold(pool, "b"))
    await asyncio.sleep(0)
    await pool.close()
    await asyncio.gather(loading, return_exceptions=True)
    assert all(engine.closed for engine in factory.engines.values())
    with pytest.raises(Unavailable):
        await hold(pool, "a")


def test_built_in_engines_are_registered_like_any_other() -> None:
    assert {"llamacpp", "openai_compatible", "scripted"} <= set(registry.names())
    with pytest.raises(ModelBroken, match="No engine is called 'nobody'"):
        registry.factory("nobody")


async def test_unloading_during_a_load_stops_it_and_tells_who_waits(
    make_pool: Any, factory: FakeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    async def slow(card: Card, settings: Settings) -> Engine:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()
        raise AssertionError

    pool = make_pool()
    with monkeypatch.context() as patched:
        patched.setattr(registry, "factory", lambda name: slow)
        waiting = [asyncio.create_task(hold(pool, "a")) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert [state.engine for state in pool.states()] == [None]
        await asyncio.wait_for(pool.discard("a"), PATIENCE)
        for task in waiting:
            with pytest.raises(Unavailable, match="unloaded while"):
                await asyncio.wait_for(task, PATIENCE)
    assert stopped.is_set()
    assert pool.states() == []
    # And it can be loaded again.
    await hold(pool, "a")
