"""The scheduler without an engine: which slot, which source, who waits for whom."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.engines.llamacpp.prefix_cache import AdapterKey, PrefixCache, SavedPrefix, common_prefix, pack
from earthshine.engines.llamacpp.slot_scheduler import SEGMENT, SlotScheduler
from earthshine.errors import EngineFailed, InvalidRequest
from tests.patience import PATIENCE

TOKEN = 100
"""Bytes of one token's cache in these tests."""


class FakeSlots:
    """Remembers what each slot holds, as the engine would, and counts what it computes."""

    def __init__(self) -> None:
        self.slots: dict[int, bytes] = {}
        self.applied: dict[int, AdapterKey] = {}
        self.files: dict[str, bytes] = {}
        self.computed = 0
        self.restores = 0
        self.fails: Exception | None = None

    async def prefill(self, slot: int, tokens: bytes, adapters: AdapterKey) -> int:
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        if self.applied.get(slot, ()) != adapters:
            self.slots.pop(slot, None)
        self.applied[slot] = adapters
        had = common_prefix(self.slots.get(slot, b""), tokens)
        self.computed += len(tokens) // 4 - had
        self.slots[slot] = tokens
        return had

    async def save(self, slot: int, file: str) -> int:
        await asyncio.sleep(0)
        self.files[file] = self.slots[slot]
        return len(self.slots[slot]) // 4 * TOKEN

    async def restore(self, slot: int, file: str) -> None:
        await asyncio.sleep(0)
        if file not in self.files:
            raise InvalidRequest("no such file")
        self.restores += 1
        self.slots[slot] = self.files[file]


@pytest.fixture
def engine() -> FakeSlots:
    return FakeSlots()


def make(engine: FakeSlots, folder: Path, slots: int = 16, capacity: int = 10**6) -> SlotScheduler:
    return SlotScheduler(slots, engine, PrefixCache(folder, capacity), TOKEN)


def prompt(*parts: tuple[int, int]) -> bytes:
    """Tokens: for each (start, length) a run of consecutive numbers."""
    return b"".join(pack(range(start, start + length)) for start, length in parts)


async def test_burst_with_one_system_prompt_computes_it_once(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path)

    async def request(number: int) -> None:
        async with scheduler.acquire(prompt((0, 600), (10_000 * (number + 1), 30)), ()):
            await asyncio.sleep(0.01)

    await asyncio.gather(*(request(number) for number in range(16)))
    assert engine.computed <= 629, "the shared 600, and the leader's own 29"
    assert engine.restores == 15


async def test_followers_do_not_wait_for_the_leaders_own_part(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path)
    order: list[str] = []

    async def request(name: str, own: int) -> None:
        async with scheduler.acquire(prompt((0, 600), (10_000 + own, own)), ()):
            order.append(name)

    await asyncio.gather(request("long", 8 * SEGMENT), request("short", 10))
    assert order == ["short", "long"]


async def test_next_turn_returns_to_its_own_slot(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path)
    async with scheduler.acquire(prompt((0, 300)), ()) as slot:
        slot.wrote(range(5000, 5050))
        first = slot.id
    async with scheduler.acquire(prompt((20_000, 300)), ()):
        pass
    async with scheduler.acquire(prompt((0, 300), (5000, 50), (7000, 20)), ()) as slot:
        assert slot.id == first
    assert engine.restores == 0


async def test_another_conversation_is_left_in_its_slot(engine: FakeSlots, tmp_path: Path) -> None:
    """One that shares only the system prompt restores it into an idle slot."""
    scheduler = make(engine, tmp_path, slots=2)
    async with scheduler.acquire(prompt((0, 600)), ()) as slot:
        slot.wrote(range(5000, 5500))
        owner = slot.id
    async with scheduler.acquire(prompt((0, 600), (9000, 10)), ()) as slot:
        assert slot.id != owner
    assert engine.restores == 1


async def test_adapters_never_share(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path, slots=1)
    async with scheduler.acquire(prompt((0, 400)), (("law", 1.0),)):
        pass
    engine.slots.clear()
    async with scheduler.acquire(prompt((0, 400)), (("law", 0.5),)):
        pass
    async with scheduler.acquire(prompt((0, 400)), ()):
        pass
    assert engine.restores == 0


async def test_slot_is_switched_to_an_adapter_before_it_is_filled(engine: FakeSlots, tmp_path: Path) -> None:
    """The engine drops a slot's content when the adapters change, so a restore must come after the change."""
    scheduler = make(engine, tmp_path, slots=2)
    law = (("law", 1.0),)
    async with scheduler.acquire(prompt((0, 400)), law), scheduler.acquire(prompt((9000, 400)), ()) as other:
        plain = other.id
    computed = engine.computed
    async with scheduler.acquire(prompt((0, 400)), law), scheduler.acquire(prompt((0, 400), (700, 9)), law) as slot:
        assert slot.id == plain
        assert engine.applied[plain] == law
        assert engine.slots[plain] == prompt((0, 399))
    assert engine.computed - computed == 1, "the token that switches"


async def test_leader_that_fails_or_leaves_is_succeeded(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path)
    started = asyncio.Event()

    async def request() -> None:
        async with scheduler.acquire(prompt((0, 600)), ()):
            started.set()

    leader = asyncio.create_task(request())
    await asyncio.sleep(0)
    follower = asyncio.create_task(request())
    await asyncio.sleep(0)
    leader.cancel()
    await asyncio.wait_for(follower, PATIENCE)
    assert started.is_set()
    assert scheduler.busy == 0


async def test_failure_of_the_engine_frees_the_slot(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path, slots=1)
    engine.fails = EngineFailed("gone")
    with pytest.raises(EngineFailed):
        async with scheduler.acquire(prompt((0, 600)), ()):
            pass
    engine.fails = None
    async with asyncio.timeout(PATIENCE), scheduler.acquire(prompt((0, 600)), ()):
        pass


async def test_lost_file_costs_time_only(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path, slots=2)
    async with scheduler.acquire(prompt((0, 600)), ()):
        engine.files.clear()
        async with asyncio.timeout(PATIENCE), scheduler.acquire(prompt((0, 600), (9000, 9)), ()):
            pass
    assert engine.computed >= 1200


async def test_restart_forgets_everything(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path)
    async with scheduler.acquire(prompt((0, 600)), ()):
        pass
    engine.slots.clear()
    scheduler.forget()
    async with scheduler.acquire(prompt((0, 600)), ()):
        pass
    assert engine.restores == 0
    assert engine.computed == 2 * 599


async def test_queue_is_first_come_first_served_and_leavers_leave(engine: FakeSlots, tmp_path: Path) -> None:
    scheduler = make(engine, tmp_path, slots=1)
    served: list[int] = []

    async def request(number: int) -> None:
        async with scheduler.acquire(pack([number]), ()):
            served.append(number)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(scheduler.acquire(pack([0]), ()))
        waiting = [asyncio.create_task(request(number)) for number in range(1, 5)]
        await asyncio.sleep(0)
        waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert served == [1, 3, 4]


def test_prefixes_stay_within_their_bytes_and_keep_what_is_used(tmp_path: Path) -> None:
    prefixes = PrefixCache(tmp_path, 1000)
    for number in range(10):
        (tmp_path / f"{number}").write_bytes(b"x")
        prefixes.add(SavedPrefix(f"{number}", prompt((number * 1000, 10)), (), 400, used=number))
    assert prefixes.size <= 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["8", "9"]


def test_longer_prefix_replaces_what_it_begins_with(tmp_path: Path) -> None:
    prefixes = PrefixCache(tmp_path, 10_000)
    prefixes.add(SavedPrefix("short", prompt((0, 100)), (), 100))
    prefixes.add(SavedPrefix("other adapter", prompt((0, 100)), (("a", 1.0),), 100))
    prefixes.add(SavedPrefix("long", prompt((0, 200)), (), 200))
    found, length = prefixes.longest(prompt((0, 150)), ())
    assert found is not None
    assert (found.file, length, prefixes.size) == ("long", 150, 300)


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 3), max_size=40))
def test_common_prefix_is_what_it_says(left: list[int], right: list[int]) -> None:
    expected = 0
    while expected < min(len(left), len(right)) and left[expected] == right[expected]:
        expected += 1
    assert common_prefix(pack(left), pack(right)) == expected
