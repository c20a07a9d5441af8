"""`earthshine cluster attach` without a cluster: what it tells a server, and which refusals end it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from earthshine.cli.api import Refused
from earthshine.cli.cluster import attach
from earthshine.cluster.coordinator import Coordinator, actor_name
from tests.cluster import offers
from tests.patience import PATIENCE


class FakeRay:
    """Ray, with coordinators in this process."""

    exceptions = SimpleNamespace(RayError=RuntimeError, RayActorError=ConnectionError)

    def __init__(self, **coordinators: Any) -> None:
        self.coordinators = coordinators
        self.util = SimpleNamespace(list_named_actors=lambda: [actor_name(name) for name in self.coordinators])

    def get_actor(self, name: str, namespace: str) -> Any:
        found = self.coordinators[name.removeprefix("model:")]
        return SimpleNamespace(
            offer=SimpleNamespace(remote=found.offer), replicas=SimpleNamespace(remote=found.replicas)
        )


class FakeApi:
    """A server's deployments; `refusals` are raised first, one at each look."""

    def __init__(self, *refusals: Exception) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.refusals = list(refusals)
        self.asked = 0

    async def get(self, _path: str) -> dict[str, Any]:
        self.asked += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return {"data": list(self.rows.values())}

    async def post(self, _path: str, body: dict[str, Any]) -> None:
        number = f"dep_{len(self.rows)}"
        key = body.get("api_key", "")[:8]
        self.rows[number] = {"id": number, "source": "api", "kind": "upstream", "key_prefix": key, **body}

    async def delete(self, path: str) -> None:
        del self.rows[path.rpartition("/")[2]]


async def step(ray: Any, api: Any) -> list[str]:
    """Look once, and tell."""
    return await attach._tell(api, await attach._look(ray))


async def test_a_server_is_kept_in_step() -> None:
    coordinator = Coordinator(offers.offer())
    await coordinator.report(offers.report(1))
    ray, api = FakeRay(small=coordinator), FakeApi()
    assert len(await step(ray, api)) == 2
    assert {row["base_url"] for row in api.rows.values()} == {offers.report(1).url, offers.ENTRY}
    assert await step(ray, api) == []
    ray.coordinators.clear()
    await step(ray, api)
    assert not api.rows


async def test_a_coordinator_that_starts_anew_changes_nothing() -> None:
    async def lost() -> None:
        raise FakeRay.exceptions.RayActorError

    ray, api = FakeRay(small=Coordinator(offers.offer())), FakeApi()
    assert len(await step(ray, api)) == 1
    ray.coordinators["small"] = SimpleNamespace(offer=lost, replicas=lost)
    assert await step(ray, api) == []


@pytest.mark.parametrize(
    "passing", [Refused(503, "busy"), Refused(429, "slower"), Refused(404, "gone"), TimeoutError()]
)
async def test_what_passes_is_tried_again(passing: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach, "INTERVAL", 0)
    ray, api = FakeRay(small=Coordinator(offers.offer())), FakeApi(passing)
    following = asyncio.create_task(attach._follow(ray, api, as_json=True))
    async with asyncio.timeout(PATIENCE):
        while not api.rows:
            await asyncio.sleep(0)
    asked = api.asked
    for _ in range(50):
        await asyncio.sleep(0)
    assert api.asked == asked, "a server is not asked while nothing changes"
    following.cancel()


async def test_a_refusal_ends_it() -> None:
    with pytest.raises(Refused, match="not allowed"):
        await attach._follow(FakeRay(), FakeApi(Refused(403, "not allowed")), as_json=True)
