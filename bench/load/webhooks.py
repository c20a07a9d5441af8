"""Webhooks to a receiver that is killed, slow and failing at random: each event is delivered, in bounded memory.

    python -m bench.load.webhooks --events 10000

Background responses of the scripted model end; the receiver, a process of its own, notes each event that the official
SDK's `webhooks.unwrap` accepts before it answers. Bars: none missing, no signature refused, the server's memory
grows by less than 100 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web
from openai import InvalidWebhookSignatureError, OpenAI

from bench.shared.server import KEY, Server

HEADERS = {"Authorization": f"Bearer {KEY}"}
MB = 1_000_000
FAILS, SLOW = 0.02, 0.02
"""Of the requests: those that get a 503, and those that wait for up to two seconds."""
LIVES, GONE = (5.0, 20.0), (0.05, 0.3)
"""Seconds between two kills, and until the receiver is there again."""


def receive(port: int, secret: str, log: Path) -> None:
    """Be the receiver: children that serve are killed one after the other, until this process is ended."""
    child = 0

    def end(*_: object) -> None:
        if child:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            serve(port, secret, log)
        time.sleep(random.uniform(*LIVES))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        child = 0
        with log.open("a") as out:
            out.write("killed\n")
        time.sleep(random.uniform(*GONE))


def serve(port: int, secret: str, log: Path) -> None:
    """Take events, and note them before they are answered."""
    client, out = OpenAI(api_key="unused"), log.open("a", buffering=1)
    random.seed()

    async def hook(request: web.Request) -> web.Response:
        body = await request.text()
        if random.random() < FAILS:
            return web.Response(status=503)
        if random.random() < SLOW:
            await asyncio.sleep(random.uniform(0, 2))
        try:
            event = client.webhooks.unwrap(body, dict(request.headers), secret=secret)
        except InvalidWebhookSignatureError:
            out.write("refused\n")
            return web.Response(status=400)
        out.write(f"{event.data.id}\n")
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    web.run_app(app, host="127.0.0.1", port=port, print=None, reuse_address=True)


async def respond(http: aiohttp.ClientSession, url: str, events: int, clients: int) -> set[str]:
    """Have so many background responses written; returns their ids."""
    numbers, made = iter(range(events)), set[str]()

    async def client() -> None:
        for number in numbers:
            body = {"model": "scripted", "input": f"Number {number}.", "background": True}
            async with http.post(f"{url}/v1/responses", json=body) as reply:
                assert reply.status == 200, await reply.text()
                made.add((await reply.json())["id"])

    await asyncio.gather(*(client() for _ in range(clients)))
    return made


async def watch(server: Server, sizes: list[int]) -> None:
    """Note the server's memory, until cancelled."""
    while True:
        sizes.append(server.resident())
        await asyncio.sleep(0.5)


async def measure(server: Server, log: Path, options: argparse.Namespace) -> dict[str, object]:
    sizes, idle = list[int](), server.resident()
    port = 20_000 + random.randrange(10_000)
    async with aiohttp.ClientSession(headers=HEADERS) as http:
        hook = {"name": "bench", "url": f"http://127.0.0.1:{port}/hook", "event_types": ["response.completed"]}
        async with http.post(f"{server.url}/v1/webhook_endpoints", json=hook) as reply:
            secret: str = (await reply.json())["signing_secret"]
        command = [sys.executable, "-m", "bench.load.webhooks", "--receive", str(port), secret, str(log)]
        receiver = await asyncio.create_subprocess_exec(*command)
        watching = asyncio.create_task(watch(server, sizes))
        begun = time.monotonic()
        made = await respond(http, server.url, options.events, options.clients)
        asked = time.monotonic() - begun
        while (missing := made - set(log.read_text().split())) and time.monotonic() - begun < options.most_seconds:
            await asyncio.sleep(0.5)
        took = time.monotonic() - begun
        watching.cancel()
        receiver.terminate()
        await receiver.wait()
    lines = log.read_text().split()
    other = lines.count("refused") + lines.count("killed")
    return {
        "bench": "webhooks",
        "events": options.events,
        "missing": len(missing),
        "refused_signatures": lines.count("refused"),
        "delivered_again": len(lines) - other - (len(made) - len(missing)),
        "receiver_killed": lines.count("killed"),
        "seconds_to_ask": round(asked, 1),
        "seconds_to_deliver": round(took, 1),
        "idle_mb": round(idle / MB, 1),
        "most_mb": round(max(sizes) / MB, 1),
        "mb_by_fifths_of_the_time": [round(sizes[len(sizes) * part // 5 - 1] / MB, 1) for part in range(1, 6)],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--most-seconds", type=float, default=1800)
    parser.add_argument("--receive", nargs=3, metavar=("PORT", "SECRET", "LOG"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.receive:
        receive(int(given.receive[0]), given.receive[1], Path(given.receive[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            notes = Path(folder) / "received"
            notes.touch()
            with Server(Path(folder) / "data", scripted="true") as running:
                time.sleep(2)
                print(json.dumps(asyncio.run(measure(running, notes, given))))
