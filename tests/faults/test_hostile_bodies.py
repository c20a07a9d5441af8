"""No single body keeps others waiting, or takes many times its size in memory, on any route that takes one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx2
import pytest

from tests.server_process import ServerProcess, start_server
from tests.wire.hostile import Attack, Harm, Target, attacks

SIZE = 2**19
SLOWEST = 1.5
"""Seconds, of which most are for a machine that is busy with other tests: a million lists once took four."""
MOST_MEMORY = 64 * 2**20

ONCE = ("the body: ", "unknown field: ")
"""What happens before a route is known to its model, so one route tells it for all; the bench tries every one."""


@pytest.fixture(scope="module")
async def attacked(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    running = await start_server(tmp_path_factory.mktemp("attacked"), "--scripted", "--no-embedded-model")
    yield running
    await running.stop()


def chosen(attack: Attack) -> bool:
    """Tell whether this one is tried here."""
    if attack.kind.startswith(ONCE):
        return attack.path in ("/v1/chats/import", "/v1/responses") or attack.kind.endswith(": objects")
    text = attack.kind.rpartition(": ")[2]
    plain = text in ("text of commas", "escapes", "half escapes", "placeholders", "one wide character", "digits")
    return not plain or attack.path in ("/v1/chat/completions", "/v1/responses")


async def test_every_route_bears_every_kind_of_body(attacked: ServerProcess) -> None:
    document = httpx2.get(f"{attacked.url}/openapi.json", headers={"authorization": f"Bearer {attacked.key}"}).json()
    port = int(attacked.url.rpartition(":")[2])

    def suffer() -> list[Harm]:
        with Target("127.0.0.1", port, attacked.key, attacked.pid) as target:
            return [target.suffer(attack) for attack in attacks(document, SIZE) if chosen(attack)]

    harms = await asyncio.to_thread(suffer)
    assert len(harms) > 500
    slow = [_told(harm) for harm in harms if harm.health > SLOWEST]
    large = [_told(harm) for harm in harms if harm.growth > MOST_MEMORY]
    broken = [_told(harm) for harm in harms if harm.status in (0, 500)]
    assert (slow, large, broken) == ([], [], [])


def _told(harm: Harm) -> str:
    what = f"{harm.attack.method} {harm.attack.path} {harm.attack.kind}"
    return f"{what}: {harm.status}, {harm.health:.2f} s, {harm.growth / 2**20:.0f} MiB"
