"""Models on two nodes of Ray: one request's cost, four replicas beside one, a lost node, sleep and waking.

    python -m bench.cluster.ray MODEL.gguf [only latency throughput loss sleep]

Nodes, server and clients share this machine, so the figures are about the way there, not about more machines: replicas
of half a core each, with one thread, gain at most as many times as there are cores. Every reply is as long as may be:
the tokens that would end it are forbidden (`--forbidden`, SmolLM2's by default).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from tests.cluster.ray_nodes import Node, attached, command, running_nodes, status

from bench.shared.load import Target, chat, crowd, system_prompt, user_prompt
from bench.shared.server import KEY, Server, install

HEADERS = {"Authorization": f"Bearer {KEY}"}
MODEL = "bench"


class Setup:
    """What all parts measure: nodes, and a server that is attached to them."""

    def __init__(self, folder: Path, nodes: list[Node], server: Server, forbidden: tuple[int, ...]) -> None:
        self.folder = folder
        self.nodes = nodes
        self.forbidden = forbidden
        self.target = Target("server", server.url, MODEL, KEY)

    def deploy(self, replicas: str, *flags: str) -> float:
        """Deploy the model, and return the seconds until all its least replicas are asked."""
        begun = time.perf_counter()
        where = ["--cpus", "0.5", "--slots", "4", "--folder", str(self.folder / "weights")]
        done = command(self.folder, "deploy", MODEL, "--replicas", replicas, *where, *flags, seconds=300)
        if done.returncode:
            raise SystemExit(done.stderr)
        least = int(replicas.partition("..")[0])
        asyncio.run(self.wait_for(lambda count: count >= least))
        return round(time.perf_counter() - begun, 1)

    def remove(self) -> None:
        """Remove the model, and wait until nobody is asked."""
        command(self.folder, "remove", MODEL)
        asyncio.run(self.wait_for(lambda count: count == 0))

    async def wait_for(self, fits: Callable[[int], bool], seconds: float = 300) -> float:
        """Wait until the server asks as many replicas; returns the seconds."""
        begun = time.perf_counter()
        async with aiohttp.ClientSession(headers=HEADERS) as http:
            while not fits(len([each for each in await self.shown(http) if each["priority"] == 0])):
                if time.perf_counter() - begun > seconds:
                    raise SystemExit(f"the replicas do not come: {status(self.folder)}")
                await asyncio.sleep(0.1)
        return time.perf_counter() - begun

    async def shown(self, http: aiohttp.ClientSession) -> list[dict[str, Any]]:
        """Return the deployments of the model."""
        async with http.get(f"{self.target.url}/earthshine/v1/deployments") as reply:
            found = (await reply.json())["data"]
        return [each for each in found if each["model"] == MODEL and each["kind"] == "upstream"]

    def coordinates(self) -> tuple[str, str, str]:
        """Return a replica's address, Serve's own, and the key of both, as only the cluster tells it."""
        asked = (
            "import json, sys; from pathlib import Path; from earthshine.cluster.ray_package import connect; "
            "from earthshine.cluster.coordinator import find; ray = connect('auto', Path(sys.argv[1])); "
            f"c = find(ray, {MODEL!r}); o = ray.get(c.offer.remote()); r = ray.get(c.replicas.remote())[0]; "
            "print(json.dumps([r[0].url, o.entry, o.key]))"
        )
        words = [sys.executable, "-c", asked, str(self.folder / "data")]
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        direct, entry, key = json.loads(told)
        return direct.removesuffix("/v1"), entry.removesuffix("/v1"), key


async def latency(setup: Setup) -> dict[str, Any]:
    """One short request after the other, at the replica itself, through our server, and through Serve's own way in."""
    direct, entry, key = await asyncio.to_thread(setup.coordinates)
    targets = [Target("direct", direct, MODEL, key), setup.target, Target("serve", entry, MODEL, key)]
    first: dict[str, list[float]] = {each.name: [] for each in targets}
    whole: dict[str, list[float]] = {each.name: [] for each in targets}
    async with aiohttp.ClientSession() as http:
        for number in range(64):
            for target in targets[number % 3 :] + targets[: number % 3]:
                begun = time.perf_counter()
                reply = await chat(http, target, "Be brief.", "Name a river.", 8, setup.forbidden)
                if number >= 4:
                    first[target.name].append(reply.first * 1000)
                    whole[target.name].append((time.perf_counter() - begun) * 1000)
    return {
        "requests_each": 60,
        "p50_ms_first_token": {name: round(statistics.median(each), 1) for name, each in first.items()},
        "p50_ms_8_tokens": {name: round(statistics.median(each), 1) for name, each in whole.items()},
        "p50_ms_added_first_token": {name: _added(first, name) for name in ("server", "serve")},
        "p50_ms_added_8_tokens": {name: _added(whole, name) for name in ("server", "serve")},
    }


def _added(times: dict[str, list[float]], name: str) -> float:
    """Return the median of what one way took more than the replica itself in the same round."""
    pairs = zip(times[name], times["direct"], strict=True)
    return round(statistics.median(one - other for one, other in pairs), 1)


async def speed(setup: Setup) -> float:
    """Tokens per second of 16 clients."""
    system = system_prompt(5)
    await crowd(setup.target, 16, 16, system, 4, setup.forbidden, "warm")
    seconds, replies = await crowd(setup.target, 16, 48, system, 48, setup.forbidden, "speed")
    return sum(reply.tokens for reply in replies) / seconds


async def loss(setup: Setup) -> dict[str, Any]:
    """Kill the second node under streams and background responses; count those that ended whole."""
    tokens, each = 160, 6
    async with aiohttp.ClientSession(headers=HEADERS, timeout=aiohttp.ClientTimeout(total=300)) as http:
        before = {shown["id"]: shown["base_url"] for shown in await setup.shown(http)}
        streams = [asyncio.create_task(_stream(http, setup, tokens, number)) for number in range(each)]
        ids = await asyncio.gather(*(_background(http, setup, tokens, number) for number in range(each)))
        await asyncio.sleep(2)
        running = [await _state(http, setup, response) for response in ids]
        setup.nodes[1].kill()
        at = time.perf_counter()
        ended_before = sum(task.done() for task in streams)
        told = await asyncio.gather(*streams)
        last = time.perf_counter() - at
        states = await asyncio.gather(*(_ended(http, setup, response) for response in ids))
        lost = time.perf_counter() - at
        back = await setup.wait_for(lambda count: count >= 4)
        undisturbed = await asyncio.gather(*(_stream(http, setup, tokens, number) for number in range(each)))
        after = {shown["base_url"] for shown in await setup.shown(http)}
    return {
        "replicas_lost": len(set(before.values()) - after),
        "streams": each,
        "streams_ended_before_the_kill": ended_before,
        "streams_whole": sum(reason == "length" and count == tokens for reason, count, _ in told),
        "streams_with_the_text_of_an_undisturbed_one": sum(
            one[2] == other[2] for one, other in zip(told, undisturbed, strict=True)
        ),
        "streams_told": [(reason, count, len(text)) for reason, count, text in told],
        "background_responses": each,
        "background_in_progress_at_the_kill": sum(state == "in_progress" for state, _ in running),
        "background_whole": sum(state in {"completed", "incomplete"} and count > 0 for state, count in states),
        "background_told": states,
        "seconds_to_the_last_stream": round(last, 1),
        "seconds_to_the_last_response": round(lost, 1),
        "seconds_to_four_replicas_again": round(lost + back, 1),
    }


async def _stream(http: aiohttp.ClientSession, setup: Setup, tokens: int, number: int) -> tuple[str, int, str]:
    body = _body(setup) | {"messages": [{"role": "user", "content": user_prompt(f"loss-{number}")}]}
    body |= {"max_tokens": tokens, "stream": True, "stream_options": {"include_usage": True}}
    reason, count, text = "", 0, ""
    async with http.post(f"{setup.target.url}/v1/chat/completions", json=body) as reply:
        async for line in reply.content:
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                if "error" in event:
                    return str(event["error"]["message"]), count, text
                count = (event.get("usage") or {}).get("completion_tokens", count)
                text += "".join(choice["delta"].get("content") or "" for choice in event["choices"])
                reason = next((choice["finish_reason"] or reason for choice in event["choices"]), reason)
    return reason, count, text


def _body(setup: Setup) -> dict[str, Any]:
    return {"model": MODEL, "temperature": 0, "logit_bias": {str(token): -100 for token in setup.forbidden}}


async def _background(http: aiohttp.ClientSession, setup: Setup, tokens: int, number: int) -> str:
    asked = f"Tell a very long story about a boy who has {number + 2} brothers, with all details."
    body = {"model": MODEL, "input": asked, "background": True, "max_output_tokens": tokens, "temperature": 0}
    async with http.post(f"{setup.target.url}/v1/responses", json=body) as reply:
        made = await reply.json()
        if reply.status != 200:
            raise SystemExit(f"a response was refused: {made}")
    return made["id"]


async def _ended(http: aiohttp.ClientSession, setup: Setup, response: str) -> tuple[str, int]:
    while (state := await _state(http, setup, response))[0] in {"queued", "in_progress"}:
        await asyncio.sleep(0.2)
    return state


async def _state(http: aiohttp.ClientSession, setup: Setup, response: str) -> tuple[str, int]:
    async with http.get(f"{setup.target.url}/v1/responses/{response}") as reply:
        told = await reply.json()
    return told["status"], (told["usage"] or {}).get("output_tokens", 0)


async def sleep(setup: Setup, idle: float) -> dict[str, Any]:
    """Wait until nothing runs any more, then ask once; and count the replicas that a crowd calls for."""
    async with aiohttp.ClientSession() as http:
        await chat(http, setup.target, "Be brief.", "Name a river.", 8, setup.forbidden)
        slept = await setup.wait_for(lambda count: count == 0)
        await asyncio.sleep(10)  # the last replica ends its server
        begun = time.perf_counter()
        await chat(http, setup.target, "Be brief.", "Name a river.", 8, setup.forbidden)
        woken = time.perf_counter() - begun
    crowded = asyncio.create_task(crowd(setup.target, 24, 240, "Be brief.", 96, setup.forbidden, "many"))
    grown = await setup.wait_for(lambda count: count >= 3)
    crowded.cancel()
    return {
        "idle_setting_s": idle,
        "seconds_from_the_last_reply_to_no_replica": round(slept, 1),
        "seconds_of_a_request_that_wakes_one": round(woken, 1),
        "seconds_of_a_crowd_of_24_to_three_replicas": round(grown, 1),
    }


def measure(setup: Setup, parts: list[str]) -> dict[str, Any]:
    """Run the parts, one after the other."""
    found: dict[str, Any] = {}

    def tell(name: str, value: Any) -> None:
        found[name] = value
        print(json.dumps({name: value}), flush=True)

    def run(work: Awaitable[Any]) -> Any:
        async def whole() -> Any:
            return await work

        return asyncio.run(whole())

    if "latency" in parts or "throughput" in parts:
        tell("seconds_to_deploy_one", setup.deploy("1"))
        if "latency" in parts:
            tell("latency", run(latency(setup)))
        if "throughput" in parts:
            one = run(speed(setup))
            tell("seconds_to_deploy_four", setup.deploy("4"))
            four = run(speed(setup))
            setup.deploy("1")
            run(setup.wait_for(lambda count: count == 1))
            again = run(speed(setup))
            single = (one + again) / 2
            tell(
                "tokens_per_s_of_16_clients",
                {
                    "one_replica": [round(one, 1), round(again, 1)],
                    "four": round(four, 1),
                    "ratio": round(four / single, 2),
                },
            )
        setup.remove()
    if "sleep" in parts:
        setup.deploy("0..4", "--idle", "5")
        tell("sleep", run(sleep(setup, 5)))
        setup.remove()
    if "loss" in parts:
        setup.deploy("4")
        tell("loss", run(loss(setup)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default=os.environ.get("EARTHSHINE_TEST_MODEL", ""), help="a GGUF file")
    parser.add_argument("--only", nargs="+", default=["latency", "throughput", "sleep", "loss"])
    parser.add_argument("--forbidden", type=int, nargs="*", default=[0, 2])
    options = parser.parse_args()
    if not options.model:
        parser.error("name a GGUF file, or let EARTHSHINE_TEST_MODEL do so")
    # A short path, as Ray's sockets lie in it.
    with tempfile.TemporaryDirectory(prefix="ray-") as name:
        folder = Path(name)
        install(folder / "data", options.model)
        with (
            running_nodes(folder, 2, 2) as nodes,
            Server(folder / "server", max_streams_per_key=100) as server,
            attached(folder, server.url, KEY),
        ):
            found = measure(Setup(folder, nodes, server, tuple(options.forbidden)), options.only)
    print(json.dumps({"bench": "ray", "cores": os.cpu_count(), "load": os.getloadavg()[0], **found}, indent=1))


if __name__ == "__main__":
    main()
