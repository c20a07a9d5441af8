"""No single body keeps others waiting, or takes many times its size in memory, on any route that takes one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import httpx2
import pytest

from tests.server_process import ServerProcess, start_server
from tests.wire.hostile import Attack, Harm, Places, Target, attacks, sample

SIZE = 2**18
"""Above what is worked on at once, and eight times what the old faults needed for a second."""
SLOWEST = 0.5
"""Seconds that others may wait, beyond what they wait when nobody does harm."""
MOST_MEMORY = 48 * 2**20
TRIES = 3
"""Of what was slow: a machine that is busy with other tests is slow at times, a fault each time."""


@pytest.fixture(scope="module")
async def attacked(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    running = await start_server(tmp_path_factory.mktemp("attacked"), "--scripted", "--no-embedded-model")
    yield running
    await running.stop()


def is_slow(target: Target, harm: Harm) -> bool:
    """Tell whether it is slow each time, compared with a moment without harm."""
    tries = 1
    while harm.health > SLOWEST + target.quiet():
        if tries == TRIES:
            return True
        tries += 1
        harm = target.suffer(harm.attack)
    return False


async def test_every_schema_bears_every_kind_of_body(attacked: ServerProcess) -> None:
    key = {"authorization": f"Bearer {attacked.key}"}
    document = httpx2.get(f"{attacked.url}/openapi.json", headers=key, timeout=60).json()
    slow: list[str] = []
    large: list[str] = []
    broken: list[str] = []
    tried: set[str] = set()

    def suffer() -> None:
        with Target("127.0.0.1", int(attacked.url.rpartition(":")[2]), attacked.key, attacked.pid) as target:
            for attack in sample(attacks(document, SIZE, places=Places(document, attacked.url, attacked.key).all())):
                harm = target.suffer(attack)
                tried.add(attack.path)
                if harm.status in (0, 500):
                    broken.append(told(harm))
                if harm.growth > MOST_MEMORY:
                    large.append(told(harm))
                if harm.health > SLOWEST and is_slow(target, harm):
                    slow.append(told(harm))

    begun = time.monotonic()
    await asyncio.to_thread(suffer)
    assert (slow, large, broken) == ([], [], []), f"after {time.monotonic() - begun:.0f} s"
    assert len(tried) > 30


async def test_a_long_turn_of_a_chat_keeps_nobody_waiting(attacked: ServerProcess) -> None:
    """Its words are worked out for the search, which takes a second for each four million."""
    key = {"authorization": f"Bearer {attacked.key}"}
    chat = httpx2.post(f"{attacked.url}/earthshine/v1/chats", headers=key, json={}).json()["id"]
    said = b'{"model":"scripted","input":"' + b"a " * 2**22 + b'"}'
    attack = Attack("POST", f"/earthshine/v1/chats/{chat}/turns", "a long text", lambda: said)

    def suffer() -> Harm | None:
        with Target("127.0.0.1", int(attacked.url.rpartition(":")[2]), attacked.key, attacked.pid) as target:
            harm = target.suffer(attack)
            assert harm.status == 200
            return harm if is_slow(target, harm) else None

    assert await asyncio.to_thread(suffer) is None


def test_each_kind_of_field_is_tried_where_it_is_used() -> None:
    """A sample that left out what a route does with a right body would show nothing."""
    field = {"type": "array", "items": {"type": "string"}}
    body = {"type": "object", "properties": {"items": field, "other": field}}
    operation = {"post": {"requestBody": {"content": {"application/json": {"schema": body}}}}}
    chosen: list[Attack] = list(sample(attacks({"paths": {"/a": operation, "/b": operation}}, 100)))
    right = [(attack.path, attack.kind) for attack in chosen if attack.kind.endswith("right items")]
    assert ("/a", "items: right items") in right and ("/b", "items: right items") in right


def told(harm: Harm) -> str:
    what = f"{harm.attack.method} {harm.attack.path} {harm.attack.kind}"
    return f"{what}: {harm.status}, {harm.health:.2f} s, {harm.growth / 2**20:.0f} MiB"
