"""A model on a real node of Ray, asked through a real server: deployed, asked, looked at and removed."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cluster.ray_nodes import Node, attached, command, running_nodes, status
from tests.conftest import DEFAULT_MODEL, install_default_model
from tests.server_process import KEY, start_server

PATIENCE = 120
HEADERS = {"Authorization": f"Bearer {KEY}"}

pytestmark = pytest.mark.timeout(480)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, as Ray's sockets lie in it."""
    path = Path(tempfile.mkdtemp(prefix="ray-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def node(folder: Path) -> Iterator[Node]:
    """A cluster of one node with two cores."""
    with running_nodes(folder, 2) as nodes:
        yield nodes[0]


async def test_a_model_is_served_from_a_node_and_sleeps(folder: Path, node: Node, default_model_path: Path) -> None:
    await install_default_model(folder / "data", default_model_path)

    async def say(*words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(command, folder, *words)

    terms = ["--cpus", "1", "--slots", "2", "--folder", str(folder / "weights")]
    too_much = await say("deploy", DEFAULT_MODEL, "--cpus", "64")
    assert too_much.returncode == 1 and "No node of the cluster has" in too_much.stderr
    unknown = await say("remove", "nothing")
    assert unknown.returncode == 1 and "'nothing' is not deployed on this cluster" in unknown.stderr

    deployed = await say("deploy", DEFAULT_MODEL, "--replicas", "0..2", "--idle", "2", *terms)
    assert deployed.returncode == 0, deployed.stderr
    server = await start_server(folder / "server", "--no-embedded-model")
    try:
        with attached(folder, server.url, KEY):
            async with httpx2.AsyncClient(base_url=server.url, headers=HEADERS, timeout=PATIENCE) as http:
                await until(http, lambda found: 1 in found)  # Serve's own way in, which is always there
                await ask_for_an_object(http)
                await until(http, lambda found: found == [1])
                await until_asleep(folder)
                # Nobody serves it now: the request itself wakes a replica.
                await ask_for_an_object(http)
                await until(http, lambda found: 0 in found)
                removed = await say("remove", DEFAULT_MODEL)
                assert removed.returncode == 0, removed.stderr
                await until(http, lambda found: found == [])
    finally:
        await server.stop()
    left = await asyncio.to_thread(node.stop)
    assert not left, f"processes {left} of the node are still there"


async def ask_for_an_object(http: httpx2.AsyncClient) -> None:
    """Ask for what only our harness makes a model of this size write."""
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2, 3]}}, "required": ["n"]}
    schema["additionalProperties"] = False
    body = {
        "model": DEFAULT_MODEL,
        "messages": [{"role": "user", "content": "A number, please."}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}},
        "max_tokens": 60,
    }
    reply = await http.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200, reply.text
    said = reply.json()
    assert said["model"] == DEFAULT_MODEL and said["usage"]["completion_tokens"] > 0
    assert json.loads(said["choices"][0]["message"]["content"])["n"] in {1, 2, 3}


async def until_asleep(folder: Path) -> None:
    """Wait for the application to run without a replica."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        (told,) = await asyncio.to_thread(status, folder)
        if told["state"] == "RUNNING" and told["replicas"]["ready"] == 0:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"the application is {told}")


async def until(http: httpx2.AsyncClient, fits: Callable[[list[int]], bool]) -> None:
    """Wait for the priorities of the model's deployments to be as they should."""
    begun = time.monotonic()
    found: list[int] = []
    while time.monotonic() - begun < PATIENCE:
        told = (await http.get("/earthshine/v1/deployments")).json()["data"]
        found = sorted(each["priority"] for each in told if each["model"] == DEFAULT_MODEL)
        if fits(found):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"the model's deployments are {found}")
