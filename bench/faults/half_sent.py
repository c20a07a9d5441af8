"""What do connections that never finish cost those who do? Loopback only; ends by itself within two minutes.

`python -m bench.faults.half_sent [--count 1500] [--seconds 12]` starts a server and asks it for chat completions, first
alone and then while each of these lasts: that many half-sent requests without a key, idle connections, and heads that
come a byte each second. It prints the latency of the requests that were served, and how many were refused.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx2

from bench.shared.server import KEY, Server

MOST = 3000
RETRY = 5
"""Seconds until a connection that was refused is made anew: they are to wait, not to flood."""
HALF = (
    b"POST /earthshine/v1/sessions HTTP/1.1\r\nhost: x\r\n"
    b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{"
)
SLOW = b"GET /health HTTP/1.1\r\nhost: x\r\na: " + b"b" * 200
CHAT = {"model": "scripted", "messages": [{"role": "user", "content": "hello"}]}


async def hold(port: int, case: str, until: float) -> None:
    """Keep one connection busy with nothing until then; a new one, when the server has given it up."""
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.5)
            continue
        try:
            if case == "half-sent":
                writer.write(HALF)
            for byte in SLOW if case == "slow heads" else b"":
                writer.write(bytes([byte]))
                await asyncio.sleep(1)
                if time.monotonic() > until or reader.at_eof():
                    break
            async with asyncio.timeout(max(0, until - time.monotonic())):
                await reader.read()
        except (OSError, TimeoutError):
            pass
        finally:
            writer.close()
        await asyncio.sleep(RETRY)


async def ask(url: str, seconds: float) -> tuple[list[float], Counter[int]]:
    """Ask one after another, four at a time; return the seconds of those served, and all statuses."""
    served: list[float] = []
    statuses = Counter[int]()
    end = time.monotonic() + seconds

    async def one(http: httpx2.AsyncClient) -> None:
        while time.monotonic() < end:
            begun = time.monotonic()
            try:
                status = (await http.post("/v1/chat/completions", json=CHAT)).status_code
            except httpx2.HTTPError:
                status = 0
            statuses[status] += 1
            if status == 200:
                served.append(time.monotonic() - begun)

    async with httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}, timeout=20) as http:
        await asyncio.gather(*(one(http) for _ in range(4)))
    return sorted(served), statuses


async def measure(server: Server, case: str, count: int, seconds: float) -> None:
    holders: list[asyncio.Task[None]] = []
    if case != "alone":
        until = time.monotonic() + seconds + 5
        holders = [asyncio.create_task(hold(server.port, case, until)) for _ in range(count)]
        await asyncio.sleep(3)
    served, statuses = await ask(server.url, seconds)
    for each in holders:
        each.cancel()
    await asyncio.gather(*holders, return_exceptions=True)
    refused = {status: number for status, number in statuses.items() if status != 200}
    p50, p95 = (1000 * served[int(len(served) * part)] for part in (0.5, 0.95)) if served else (0, 0)
    memory = server.resident() / 2**20
    print(f"{case:11} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  served {len(served):5}  others {refused}  {memory:.0f} MiB")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1500)
    options.add_argument("--seconds", type=float, default=12)
    given = options.parse_args()
    count, seconds = min(given.count, MOST), min(given.seconds, 20)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * count:  # the server inherits it
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(2 * count + 200, hard), hard))
    with tempfile.TemporaryDirectory() as folder:
        for case in ("alone", "half-sent", "idle", "slow heads"):
            with Server(Path(folder) / case.replace(" ", "-"), scripted=True) as server:
                asyncio.run(measure(server, case, count, seconds))


if __name__ == "__main__":
    main()
