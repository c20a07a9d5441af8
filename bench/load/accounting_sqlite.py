"""100 parallel streams on SQLite with accounting: how long commits take, and whether anything met a lock.

    python -m bench.load.accounting_sqlite --streams 100 --seconds 20

The server runs in this process, so that its commits can be timed; the clients in another, over real sockets. Half of
the streams are stored responses (journal and ledger in one transaction), half chat completions (spool, then ledger).
The project has limits of every kind, so that every request is admitted, reserved and settled. A commit's time is all
that passes from its beginning to its end in a busy server, not the database's share alone.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp
import uvicorn
import uvloop

from earthshine.metering.meter import Meter
from earthshine.runs import Runs
from earthshine.server import create_app
from earthshine.settings import load_settings

KEY = "sk-bench-0123456789abcdef0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {KEY}"}
LIMITS = {
    "requests_per_minute": 10**6,
    "tokens_per_minute": 10**10,
    "requests_per_day": 10**9,
    "parallel_requests": 10**5,
    "spend_per_day": 10**5,
    "spend_per_month": 10**6,
}


class LockErrors(logging.Handler):
    """Counts what was logged about locks."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "lock" in record.getMessage().lower() or "another process" in record.getMessage().lower()


async def stream(http: aiohttp.ClientSession, number: int, options: argparse.Namespace, answers: Counter[str]):
    rng = random.Random(number)
    until = time.perf_counter() + options.seconds
    while time.perf_counter() < until:
        # Half to twice as long, so that they do not all end at once.
        pieces = round(options.rate * options.reply * rng.uniform(0.5, 2))
        script = {"text": "a word or two ", "pieces": pieces, "tokens_per_second": options.rate}
        prompt = f"!script {json.dumps(script)}"
        if number % 2:
            path, body = "responses", {"model": "scripted", "input": prompt, "stream": True}
        else:
            messages = [{"role": "user", "content": prompt}]
            path, body = "chat/completions", {"model": "scripted", "messages": messages, "stream": True}
        async with http.post(f"{options.url}/v1/{path}", json=body) as reply:
            text = await reply.read()
        whole = reply.status == 200 and text.rstrip().endswith(b"[DONE]") and b"error" not in text[-500:]
        answers["whole" if whole else f"{reply.status} {text[-200:].decode(errors='replace')}"] += 1


async def ask(options: argparse.Namespace) -> Counter[str]:
    """Be the clients; count the answers."""
    answers: Counter[str] = Counter()
    async with aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(stream(http, number, options, answers) for number in range(options.streams)))
    return answers


async def measure(options: argparse.Namespace) -> dict[str, object]:
    locks = LockErrors()
    logging.getLogger().addHandler(locks)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            load_settings(
                data=Path(folder) / "data",
                scripted=True,
                embedded_model=False,
                bootstrap_key=KEY,
                prices={"scripted": {"input": "0.15", "output": "0.60"}},
            )
        )
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        gc.freeze()  # as `earthshine serve` does
        services = app.state.services
        commits: list[float] = []
        services.get(Runs).journal.on_commit = commits.append
        services.get(Meter).ledger.waits = []
        async with aiohttp.ClientSession(headers=HEADERS) as http:
            for kind, amount in LIMITS.items():
                limit = {"scope": "project", "scope_id": "default", "kind": kind, "amount": amount}
                async with http.post(f"{url}/v1/organization/limits", json=limit) as reply:
                    if reply.status != 200:
                        raise SystemExit(f"a limit was not taken: {await reply.text()}")
        given = [f"--{name}={getattr(options, name)}" for name in ("streams", "rate", "reply", "seconds")]
        clients = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.load.accounting_sqlite", "--url", url, *given, stdout=asyncio.subprocess.PIPE
        )
        # All begin at the same moment, which no crowd does.
        await asyncio.sleep(options.settle)
        commits.clear()
        services.get(Meter).ledger.waits.clear()
        answers: dict[str, int] = json.loads((await clients.communicate())[0])
        bookings = sorted(services.get(Meter).ledger.waits)
        commits.sort()
        server.should_exit = True
        await serving
    whole = answers.pop("whole", 0)
    return {
        "bench": "accounting_sqlite",
        "streams": options.streams,
        "tokens_per_s_each": options.rate,
        "seconds_of_a_reply": options.reply,
        "whole_replies": whole,
        "other_replies": dict(answers),
        "lock_errors": locks.count,
        "journal_commits": len(commits),
        "journal_commit_ms_p50": _pick(commits, 0.5),
        "journal_commit_ms_p99": _pick(commits, 0.99),
        "ledger_commits": len(bookings),
        "ledger_commit_ms_p50": _pick(bookings, 0.5),
        "ledger_commit_ms_p99": _pick(bookings, 0.99),
    }


def _pick(values: list[float], share: float) -> float | None:
    return round(1000 * values[int(share * (len(values) - 1))], 1) if values else None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=int, default=20, help="tokens per second and stream")
    parser.add_argument("--reply", type=float, default=1, help="seconds of a reply")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--settle", type=float, default=3, help="seconds before commits are timed")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    # As the server runs it.
    print(json.dumps(uvloop.run(ask(given) if given.url else measure(given))))
