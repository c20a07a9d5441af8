"""A machine of several chips, as its server would tell of it: what no test's machine has, and the console must show."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Page, Route

from tests.e2e.scene import Scene
from tests.e2e.screen import Screen, at

GB = 10**9


def device(name: str, maker: str, memory: int, free: int, **other: Any) -> dict[str, Any]:
    """One device; sizes are gigabytes."""
    about = {"object": "device", "id": "CUDA0", "backend": "cuda", "shared": False, "models": [], "reserved": 0}
    sizes = {"memory": memory * GB, "free": free * GB, "budget": memory * GB * 9 // 10}
    return {**about, "name": name, "maker": maker, **sizes, **other}


_QWEN = {"model": "qwen3-32b-instruct-2507-q4_k_m", "memory": 13 * GB, "layers": 40}
DEVICES = {
    "object": "list",
    "data": [
        device("NVIDIA GeForce RTX 4090", "nvidia", 24, 6, reserved=13 * GB, models=[_QWEN]),
        device(
            "AMD Radeon RX 7900 XTX (RADV NAVI31) with a name that goes on and on",
            "amd",
            24,
            22,
            id="Vulkan1",
            backend="vulkan",
            reserved=2 * GB,
            models=[
                {"model": "smollm2-135m", "memory": GB // 5, "layers": 31},
                {"model": "bge-m3", "memory": GB, "layers": 1},
            ],
        ),
        device("Apple M4 Max", "apple", 36, 30, id="MTL0", backend="metal", shared=True),
        device("llvmpipe (LLVM 15.0.6, 256 bits)", "software", 16, 16, id="Vulkan2", backend="vulkan", budget=0),
        device("Intel Arc A770", "intel", 0, 0, id="SYCL0", backend="sycl"),
    ],
    "faults": ["NVIDIA: nvidia-smi gave no answer in 10 s; ask it yourself, and restart its driver if it hangs."],
}
_BUILD = {"object": "engine_build", "fault": "", "serves": False, "devices": [], "figures": [], "gain": None}
BUILDS = {
    "object": "list",
    "data": [
        {
            **_BUILD,
            "name": "wheel",
            "made_for": "any processor",
            "version": "0.4.1",
            "figures": [{"model": "smollm2-135m", "reads": 412.7, "writes": 61.25}],
        },
        {
            **_BUILD,
            "name": "cuda",
            "made_for": "NVIDIA GPUs",
            "version": "11434 (1a2b3c4)",
            "serves": True,
            "devices": [{"id": "CUDA0", "name": "NVIDIA GeForce RTX 4090", "memory": 24 * GB, "free": 6 * GB}],
            "figures": [
                {"model": "smollm2-135m", "reads": 21_412.0, "writes": 640.0},
                {"model": "qwen3-32b-instruct-2507-q4_k_m", "reads": 1810.0, "writes": 38.9},
            ],
            "gain": 12.31,
        },
        {
            **_BUILD,
            "name": "/usr/local/bin/llama-server",
            "made_for": "unknown",
            "version": "",
            "fault": "/usr/local/bin/llama-server is too old: it does not know --slot-save-path.",
        },
    ],
    "advice": "AMD Radeon RX 7900 XTX is idle: the wheel computes on the processor alone "
    "(`earthshine engine build rocm`, some minutes)",
}


async def _be_told(page: Page, path: str, reply: Any) -> None:
    """Answer an address of the API in the server's place."""

    async def answer(route: Route) -> None:
        await route.fulfill(status=200, content_type="application/json", body=json.dumps(reply))

    await page.route(f"**{path}", answer)


async def with_many_devices(page: Page) -> None:
    """Let the server of a page tell of the machine above."""
    await _be_told(page, "/earthshine/v1/devices", DEVICES)
    await _be_told(page, "/earthshine/v1/engines/builds", BUILDS)


async def with_a_card(page: Page) -> None:
    """Let the server of a page tell of a model on a card, and of models that a card would hold."""
    await with_many_devices(page)

    async def catalog(route: Route) -> None:
        reply = await route.fetch()
        told = await reply.json()
        figures = [
            {"build": "wheel", "devices": [], "reads": 61.0, "writes": 7.5},
            {"build": "cuda", "devices": ["NVIDIA GeForce RTX 4090"], "reads": 2810.4, "writes": 98.25},
        ]
        small = [entry for entry in told["data"] if not entry["server"] and "chat" in entry["abilities"]]
        for entry, placement in zip(small, ("device", "split"), strict=False):
            entry |= {"placement": placement, "fits": True, "speed": "fast", "reachable": "yes", "installed_as": None}
        small[0] |= {"recommended": True, "figures": figures}
        await route.fulfill(response=reply, json=told)

    async def engines(route: Route) -> None:
        reply = await route.fetch()
        told = await reply.json()
        for engine in told["data"]:
            engine["devices"] = [{"id": "CUDA0", "layers": 31, "memory": GB}]
        await route.fulfill(response=reply, json=told)

    await page.route("**/earthshine/v1/catalog", catalog)
    await page.route("**/earthshine/v1/engines", engines)


async def many_devices(page: Page, scene: Scene) -> None:
    """The devices of a machine that has many."""
    await with_many_devices(page)
    try:
        # Anew, as the page may know those of the real server.
        await page.goto(scene.at("/console/devices"))
        await at("/console/devices", "main table, main ul li:nth-child(4)")(page, scene)
    finally:
        await page.unroute_all()


MACHINE_SCREENS = (Screen("console-devices-many", many_devices),)
