"""Interactive requests beside a batch: how much longer they take than without one.

    python -m bench.load.batches --rounds 5 --seconds 20

An open loop asks the scripted model for `tokens` tokens at `speed` a second, and counts from when a request was due; in
every second round a batch is answered at the same time. Its lines are as fast as the machine allows, so what is seen
is the worst: the processor that both want. Bar: the p95 beside a batch within 20% of that without.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from bench.load._open_loop import Load
from bench.shared.server import KEY, Server

URL = "/v1/chat/completions"


def chat(words: str) -> dict[str, Any]:
    """Return a request."""
    return {"model": "scripted", "messages": [{"role": "user", "content": words}]}


def begin_batch(http: httpx2.Client, lines: int) -> str:
    """Begin a batch that outlasts the measurement; returns its id."""
    asked = [{"custom_id": f"{n}", "method": "POST", "url": URL, "body": chat(f"line{n}")} for n in range(lines)]
    content = "\n".join(map(json.dumps, asked)).encode()
    file = http.post("/v1/files", files={"file": ("in.jsonl", content)}, data={"purpose": "batch"}).json()
    given = {"input_file_id": file["id"], "endpoint": URL, "completion_window": "24h"}
    batch_id: str = http.post("/v1/batches", json=given).json()["id"]
    while http.get(f"/v1/batches/{batch_id}").json()["status"] == "validating":
        time.sleep(0.1)
    return batch_id


def p95(times: list[float]) -> float:
    """Return the 95th percentile, in milliseconds."""
    return sorted(times)[int(len(times) * 0.95)] * 1000


def measure(server: Server, options: argparse.Namespace) -> tuple[float, int]:
    """Return the p95 of one round of interactive requests, and how many failed."""
    script = {"text": "moon ", "pieces": options.tokens, "tokens_per_second": options.speed}
    body = json.dumps(chat(f"!script {json.dumps(script)}") | {"stream": True}).encode()
    load = Load(server.url, URL, KEY, body, {})
    asyncio.run(load.open_loop(options.rate, options.seconds))
    return p95(load.whole), load.errors


def main(options: argparse.Namespace) -> int:
    """Measure, in turns, and report."""
    alone: list[float] = []
    beside: list[float] = []
    errors, done = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", scripted="true", default_model="scripted").start()
        headers = {"authorization": f"Bearer {KEY}"}
        with httpx2.Client(base_url=server.url, headers=headers, timeout=300) as http:
            measure(server, options)  # what is only done once
            for _ in range(options.rounds):
                found, failed = measure(server, options)
                alone.append(found)
                errors += failed
                batch_id = begin_batch(http, options.lines)
                before = http.get(f"/v1/batches/{batch_id}").json()["request_counts"]["completed"]
                found, failed = measure(server, options)
                batch = http.get(f"/v1/batches/{batch_id}").json()
                beside.append(found)
                errors += failed
                done += batch["request_counts"]["completed"] - before
                assert batch["status"] == "in_progress", "the batch ended too soon: give more --lines"
                http.post(f"/v1/batches/{batch_id}/cancel")
                while http.get(f"/v1/batches/{batch_id}").json()["status"] != "cancelled":
                    time.sleep(0.2)
        server.stop()
    ratio = median(beside) / median(alone)
    report = {
        "bench": "batches beside interactive requests",
        "requests a second": options.rate,
        "p95_ms alone": round(median(alone), 1),
        "p95_ms beside a batch": round(median(beside), 1),
        "ratio": round(ratio, 3),
        "lines a second meanwhile": round(done / options.rounds / options.seconds),
        "errors": errors,
    }
    print(json.dumps(report, indent=2))
    return int(ratio > 1.2 or errors > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--speed", type=float, default=40)
    parser.add_argument("--lines", type=int, default=50_000)
    raise SystemExit(main(parser.parse_args()))
