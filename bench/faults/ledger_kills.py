"""Kill the server again and again under load; compare its ledger with the `usage` that clients saw.

    python -m bench.faults.ledger_kills --kills 50

Clients send chats and completions (whole and streamed), responses (whole, streamed, unstored, in the background). Work
whose `usage` was seen must be in the ledger once, with these tokens (nothing lost); a row that nobody saw the usage of
must be of a request that was cut by a kill (nothing doubled, nothing invented).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.shared.server import KEY, Server

HEADERS = {"Authorization": f"Bearer {KEY}"}
PRICES = '{"scripted": {"input": "0.15", "cached_input": "0.075", "output": "0.60"}}'
KINDS = (
    "chat",
    "chat stream",
    "completion",
    "completion stream",
    "response",
    "response stream",
    "unstored",
    "background",
)


@dataclass
class Seen:
    """What all clients together know."""

    usage: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Tokens in and out, by the id of the work."""
    background: set[str] = field(default_factory=set)
    cut: int = 0
    """Requests whose end no client saw."""


class Load:
    """Clients that go on whatever happens to the server."""

    def __init__(self, server: Server, seed: int, tokens: int) -> None:
        self.server = server
        self.rng = random.Random(seed)
        self.tokens = tokens
        self.seen = Seen()
        self.up = asyncio.Event()
        self.up.set()
        self.stopping = False

    async def client(self, http: aiohttp.ClientSession) -> None:
        while not self.stopping:
            await self.up.wait()
            try:
                await self.request(http, self.rng.choice(KINDS))
            except (aiohttp.ClientError, asyncio.IncompleteReadError, json.JSONDecodeError):
                self.seen.cut += 1
                await asyncio.sleep(0.02)

    async def request(self, http: aiohttp.ClientSession, kind: str) -> None:
        script = {"text": "to be counted ", "pieces": self.rng.randint(1, self.tokens), "tokens_per_second": 400}
        prompt = f"!script {json.dumps(script)}"
        path, body = _request(kind, prompt)
        async with http.post(f"{self.server.url}{path}", json=body) as reply:
            if reply.status != 200:
                raise SystemExit(f"{kind}: {reply.status} {await reply.text()}")
            if body.get("stream"):
                async for line in reply.content:
                    if line.startswith(b"data: {"):
                        self.note(json.loads(line[6:]))
            else:
                self.note(await reply.json())

    def note(self, said: dict) -> None:
        said = said.get("response", said)
        if said.get("background") and said["id"] not in self.seen.background:
            self.seen.background.add(said["id"])
        if usage := said.get("usage"):
            read = usage["prompt_tokens"] if "prompt_tokens" in usage else usage["input_tokens"]
            written = usage["completion_tokens"] if "completion_tokens" in usage else usage["output_tokens"]
            self.seen.usage[said["id"]] = (read, written)

    async def finish(self, http: aiohttp.ClientSession) -> None:
        """Wait for the background responses."""
        for name in self.seen.background:
            while True:
                async with http.get(f"{self.server.url}/v1/responses/{name}") as reply:
                    response = await reply.json()
                if response["status"] not in ("queued", "in_progress"):
                    break
                await asyncio.sleep(0.05)
            self.note(response)


def _request(kind: str, prompt: str) -> tuple[str, dict]:
    stream = kind.endswith("stream")
    if kind.startswith("chat"):
        options = {"stream_options": {"include_usage": True}} if stream else {}
        messages = [{"role": "user", "content": prompt}]
        return "/v1/chat/completions", {"model": "scripted", "messages": messages, "stream": stream, **options}
    if kind.startswith("completion"):
        options = {"stream_options": {"include_usage": True}} if stream else {}
        return "/v1/completions", {
            "model": "scripted", "prompt": prompt, "max_tokens": 200, "stream": stream, **options,
        }  # fmt: skip
    return "/v1/responses", {
        "model": "scripted",
        "input": prompt,
        "stream": stream,
        "store": kind != "unstored",
        "background": kind == "background",
    }


def compare(data: Path, seen: Seen) -> dict[str, int]:
    with sqlite3.connect(data / "earthshine.db") as database:
        rows = database.execute("SELECT id, input_tokens, output_tokens, cost, partial FROM ledger").fetchall()
        spent = database.execute("SELECT coalesce(sum(cost), 0) FROM spend WHERE scope = 'project'").fetchone()[0]
    ledger = {name: (read, written) for name, read, written, _, _ in rows}
    return {
        "usage_seen": len(seen.usage),
        "ledger_rows": len(rows),
        "lost": sum(name not in ledger for name in seen.usage),
        "different": sum(ledger.get(name, tokens) != tokens for name, tokens in seen.usage.items()),
        "doubled": len(rows) - len(ledger),
        "tokens_seen": sum(map(sum, seen.usage.values())),
        "tokens_charged_for_them": sum(sum(ledger.get(name, (0, 0))) for name in seen.usage),
        "rows_of_requests_that_a_kill_cut": len(ledger.keys() - seen.usage.keys()),
        "requests_that_a_kill_cut": seen.cut,
        "spend_differs_from_ledger_by": spent - sum(cost for _, _, _, cost, _ in rows),
    }


async def main(options: argparse.Namespace) -> int:
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = Server(data, scripted="true", prices=PRICES).start()
        port = server.port
        load = Load(server, options.seed, options.tokens)
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(
            headers=HEADERS, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)
        ) as http:
            clients = [asyncio.create_task(load.client(http)) for _ in range(options.clients)]
            begun = time.perf_counter()
            for _ in range(options.kills):
                await asyncio.sleep(rng.uniform(0.2, options.window))
                load.up.clear()
                server.kill()
                await asyncio.to_thread(server.start, port)
                load.up.set()
            await asyncio.sleep(0.5)
            load.stopping = True
            await asyncio.gather(*clients)
            await load.finish(http)
        took = time.perf_counter() - begun
        server.stop()
        found = compare(data, load.seen)
    unexplained = max(0, found["rows_of_requests_that_a_kill_cut"] - found["requests_that_a_kill_cut"])
    print(
        json.dumps(
            {
                "bench": "ledger_kills",
                "kills": options.kills,
                **found,
                "unexplained_rows": unexplained,
                "seconds": round(took, 1),
            }
        )
    )
    wrong = ("lost", "different", "doubled", "spend_differs_from_ledger_by")
    return int(any(found[name] for name in wrong) or unexplained or not found["usage_seen"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=60, help="the longest reply")
    parser.add_argument("--window", type=float, default=2.0, help="kill within so many seconds of the start")
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(asyncio.run(main(parser.parse_args())))
