"""Kill one of two servers on one PostgreSQL under many streams; count runs that finish and readers that heard it all.

    python -m bench.faults.two_servers --streams 100

The PostgreSQL is a throw-away one. All runs are background responses that the first server writes; half of their
readers are connected to it, half to the second server, which reads along. When all have begun, the first is killed. Its
readers go on at the second with `starting_after`. The takeover time of a run is from the kill to the moment at which
its reader sees the first event that the second server wrote.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import aiohttp
from tests.postgres import Cluster, name_of, running_cluster

from bench.shared.server import KEY, Server

HEADERS = {"Authorization": f"Bearer {KEY}"}
WORDS = "Two servers told one story, قمر 月 🌒, and whoever listened heard it whole. "


class Reader:
    """One reader of one run: what it saw, and when it saw something new after the kill."""

    def __init__(self, response_id: str, text: str) -> None:
        self.response_id = response_id
        self.text = text
        self.heard = ""
        self.last = -1
        self.times: list[float] = []
        """When each event was seen."""

    async def read(self, http: aiohttp.ClientSession, *urls: str) -> None:
        """Read to the end, at the next of `urls` after each cut."""
        for url in urls:
            after = {"starting_after": str(self.last)} if self.last >= 0 else {}
            address = f"{url}/v1/responses/{self.response_id}"
            try:
                async with http.get(address, params={"stream": "true", **after}) as reply:
                    async for line in reply.content:
                        if line.startswith(b"data: {"):
                            self._note(json.loads(line[6:]))
                return
            except aiohttp.ClientError:
                continue

    def _note(self, event: dict) -> None:
        self.times.append(time.perf_counter())
        if event["sequence_number"] != self.last + 1:
            raise SystemExit(f"event {event['sequence_number']} came after {self.last}")
        self.last = event["sequence_number"]
        if event["type"] == "response.output_text.delta":
            self.heard += event["delta"]


async def begin(http: aiohttp.ClientSession, url: str, number: int, options: argparse.Namespace) -> Reader:
    text = f"{number}. " + WORDS * options.length
    script = {"text": text, "tokens_per_second": options.rate}
    body = {"model": "scripted", "input": f"!script {json.dumps(script)}", "background": True}
    async with http.post(f"{url}/v1/responses", json=body) as reply:
        made = await reply.json()
        if reply.status != 200:
            raise SystemExit(f"a response was refused: {made}")
    return Reader(made["id"], text)


async def measure(
    first: Server, second: Server, cluster: Cluster, database: str, options: argparse.Namespace
) -> dict[str, object]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=HEADERS, connector=connector, read_bufsize=2**22) as http:
        readers = await asyncio.gather(*(begin(http, first.url, number, options) for number in range(options.streams)))
        tasks = [
            asyncio.create_task(reader.read(http, *((first.url, second.url) if number % 2 else (second.url,))))
            for number, reader in enumerate(readers)
        ]
        while not all(reader.heard for reader in readers):
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        ended_before = sum(task.done() for task in tasks)
        first.kill()
        killed_at = time.perf_counter()
        rows = cluster.execute("SELECT run_id, max(sequence_number) FROM run_events GROUP BY 1", database)
        await asyncio.gather(*tasks)
        finished = equal = 0
        for reader in readers:
            async with http.get(f"{second.url}/v1/responses/{reader.response_id}") as reply:
                response = await reply.json()
            stored = "".join(
                part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"]
            )
            finished += response["status"] == "completed" and stored == reader.text
            equal += reader.heard == stored
    stored_last = dict(rows)
    took = sorted(
        reader.times[stored_last[reader.response_id] + 1] - killed_at
        for reader in readers
        if stored_last[reader.response_id] < reader.last
    )
    return {
        "bench": "two servers",
        "streams": options.streams,
        "tokens_per_s_each": options.rate,
        "ended_before_the_kill": ended_before,
        "runs_finished": finished,
        "readers_with_equal_text": equal,
        "takeover_seconds_p50": round(statistics.median(took), 2) if took else None,
        "takeover_seconds_max": round(took[-1], 2) if took else None,
        "seconds_from_kill_to_the_last_end": round(time.perf_counter() - killed_at, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=float, default=20, help="tokens per second of each stream")
    parser.add_argument("--length", type=int, default=12, help="times that each reply repeats its 15 words")
    options = parser.parse_args()
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        url = cluster.create()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = {"scripted": "true", "database_url": url, "default_model": "scripted", "slots": 256}
        first, second = (stack.enter_context(Server(folder / name, **settings)) for name in ("first", "second"))
        result = asyncio.run(measure(first, second, cluster, name_of(url), options))
    print(json.dumps(result))
    return 0 if result["runs_finished"] == result["readers_with_equal_text"] == options.streams else 1


if __name__ == "__main__":
    sys.exit(main())
