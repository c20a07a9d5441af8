"""The server process alone: seconds to ready, idle memory, growth over many streamed requests, installed size.

    python -m bench.load.alone --requests 20000

Bars: ready < 2 s, idle < 150 MB, growth < 5%, installed without engine and models < 150 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from bench.shared.server import KEY, Server

HEADERS = {"Authorization": f"Bearer {KEY}"}
MB = 1_000_000


async def stream(http: aiohttp.ClientSession, url: str, number: int) -> None:
    """One streamed request: in turn a chat completion, a stored response, and one that is not stored."""
    script = '!script {"text": "' + "word " * 20 + '"}'
    if number % 3 == 0:
        path, body = "chat/completions", {"messages": [{"role": "user", "content": script}]}
    else:
        path, body = "responses", {"input": script, "store": number % 3 == 1}
    async with http.post(f"{url}/v1/{path}", json={"model": "scripted", "stream": True, **body}) as reply:
        assert reply.status == 200, await reply.text()
        text = await reply.read()
        assert b"[DONE]" in text


async def load(url: str, requests: int, clients: int) -> float:
    numbers = iter(range(requests))
    begun = time.perf_counter()
    async with aiohttp.ClientSession(headers=HEADERS) as http:

        async def client() -> None:
            for number in numbers:
                await stream(http, url, number)

        await asyncio.gather(*(client() for _ in range(clients)))
    return requests / (time.perf_counter() - begun)


def measure(options: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        starts = []
        for _ in range(5):
            with Server(data, scripted="true") as server:
                starts.append(server.ready_seconds)
        with Server(data, scripted="true") as server:
            time.sleep(3)
            idle = server.resident()
            rate = asyncio.run(load(server.url, options.warmup, options.clients))
            warm = server.resident()
            asyncio.run(load(server.url, options.requests, options.clients))
            time.sleep(2)
            after = server.resident()
    return {
        "bench": "alone",
        "first_start_s": round(starts[0], 2),
        "ready_s_p50": round(statistics.median(starts[1:]), 2),
        "idle_mb": round(idle / MB, 1),
        "warm_mb": round(warm / MB, 1),
        "requests": options.requests,
        "after_mb": round(after / MB, 1),
        "growth_percent": round(100 * (after - warm) / warm, 2),
        "streamed_requests_per_s": round(rate),
    }


def installed(options: argparse.Namespace) -> dict[str, float]:
    """Install the locked requirements into a new environment, without the engine, and weigh it."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "env"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        bare = weigh(environment)
        pip = [environment / "bin" / "pip", "install", "--quiet", "--no-compile"]
        subprocess.run([*pip, "--require-hashes", "-r", root / "requirements" / "runtime.txt"], check=True)
        subprocess.run([*pip, "--no-deps", root], check=True)
        for package in environment.glob("lib/python*/site-packages/*xllamacpp*"):
            shutil.rmtree(package) if package.is_dir() else package.unlink()
        return {"installed_mb": round((weigh(environment) - bare) / MB, 1)}


def weigh(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--warmup", type=int, default=2_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--install", action="store_true", help="also measure the installed size")
    given = parser.parse_args()
    print(json.dumps({**measure(given), **(installed(given) if given.install else {})}))
