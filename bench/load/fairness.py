"""A quiet project beside a loud one: its median time to first token alone, and while the other sends 64 in parallel.

    python -m bench.load.fairness                      a loopback upstream with 8 places and a fixed time per token
    python -m bench.load.fairness --model MODEL.gguf   a model on this machine with 8 slots (its tokens get slower, too)

For comparison, the quiet client sends the same with the loud project's own key: then both stand in one line.
Bar: at most twice the time that it takes alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.shared.load import Target, chat
from bench.shared.server import KEY, Server, install


def upstream(options: argparse.Namespace) -> web.Application:
    """A server that writes `places` replies at the same time, first come, first served."""
    free = asyncio.Semaphore(options.places)

    async def answer(request: web.Request) -> web.StreamResponse:
        tokens = (await request.json())["max_tokens"]
        async with free:
            await asyncio.sleep(options.first)
            reply = web.StreamResponse(headers={"content-type": "text/event-stream"})
            await reply.prepare(request)
            for number in range(tokens):
                if number:
                    await asyncio.sleep(options.token)
                await reply.write(b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n')
            usage = json.dumps({"prompt_tokens": 9, "completion_tokens": tokens}).encode()
            end = b'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":%b}\n\n' % usage
            await reply.write(end + b"data: [DONE]\n\n")
            return reply

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    return app


async def project_key(url: str, name: str) -> str:
    """Make a project and a key for it."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{url}/v1/organization/projects", json={"name": name}) as reply:
            made: dict[str, Any] = await reply.json()
        where = f"{url}/v1/organization/projects/{made['id']}/api_keys"
        async with http.post(where, json={"name": name}) as reply:
            key: dict[str, Any] = await reply.json()
    return str(key["value"])


async def one_by_one(target: Target, requests: int, tokens: int, pause: float) -> float:
    """Return the median time to first token of requests sent one after the other."""
    times: list[float] = []
    async with aiohttp.ClientSession() as http:
        for number in range(requests):
            reply = await chat(http, target, "Be brief.", f"quiet {number}", tokens, ())
            times.append(reply.first)
            await asyncio.sleep(pause)
    return statistics.median(times)


async def crowd(target: Target, clients: int, tokens: int) -> None:
    """Send for ever, `clients` at a time."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def client(name: int) -> None:
            number = 0
            while True:
                number += 1
                await chat(http, target, "Be brief.", f"loud {name} {number}", tokens, ())

        async with asyncio.TaskGroup() as group:
            for name in range(clients):
                group.create_task(client(name))


async def measure(options: argparse.Namespace, url: str, model: str) -> dict[str, Any]:
    quiet = Target("quiet", url, model, await project_key(url, "quiet"))
    loud = Target("loud", url, model, await project_key(url, "loud"))
    await one_by_one(quiet, 2, options.tokens, 0)
    alone = await one_by_one(quiet, options.requests, options.tokens, options.pause)
    noise = asyncio.create_task(crowd(loud, options.clients, options.tokens))
    try:
        await asyncio.sleep(options.settle)
        beside = await one_by_one(quiet, options.requests, options.tokens, options.pause)
        same = await one_by_one(loud, max(3, options.requests // 5), options.tokens, options.pause)
    finally:
        noise.cancel()
        await asyncio.gather(noise, return_exceptions=True)
    return {
        "places": options.places,
        "loud_clients": options.clients,
        "quiet_alone_first_s_p50": round(alone, 4),
        "quiet_beside_first_s_p50": round(beside, 4),
        "ratio": round(beside / alone, 2),
        "ratio_in_one_project": round(same / alone, 2),
        "bar": 2.0,
    }


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        if options.model:
            shape: dict[str, Any] = {"slots": options.places, "context": 1024}
            name = install(data, options.model)
        else:
            server = TestServer(upstream(options))
            await server.start_server()
            stack.push_async_callback(server.close)
            where = {
                "base_url": str(server.make_url("/v1")),
                "models": {"slow": "slow"},
                "max_parallel": options.places,
            }
            shape, name = {"upstreams": json.dumps({"slow": where})}, "slow"
        running = await asyncio.to_thread(Server(data, **shape).start)
        stack.callback(running.stop)
        return await measure(options, running.url, name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="", help="a GGUF file")
    parser.add_argument("--clients", type=int, default=64, help="requests of the loud project in parallel")
    parser.add_argument("--places", type=int, default=8)
    parser.add_argument("--requests", type=int, default=40, help="requests of the quiet project")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--first", type=float, default=0.1, help="the upstream's seconds before the first token")
    parser.add_argument("--token", type=float, default=0.02, help="the upstream's seconds per further token")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two quiet requests")
    parser.add_argument("--settle", type=float, default=3.0, help="seconds between the noise's start and the measure")
    options = parser.parse_args()
    row = asyncio.run(run(options))
    print(json.dumps(row))
    return 0 if row["ratio"] <= row["bar"] else 1


if __name__ == "__main__":
    sys.exit(main())
