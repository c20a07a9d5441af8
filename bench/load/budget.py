"""Send 200 requests at once to a project whose budget is nearly spent, and print by how much it was overspent.

    python -m bench.load.budget                        one process on SQLite
    python -m bench.load.budget --processes 2          two processes on a throw-away PostgreSQL

Half of the requests write all that was reserved for them, the others less; some give no output limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import aiohttp
from sqlalchemy import func, select
from tests.postgres import running_cluster

from bench.shared.server import KEY, Server
from earthshine.database import Database
from earthshine.metering.tables import ledger

HEADERS = {"Authorization": f"Bearer {KEY}"}
PRICES = '{"scripted": {"input": "1", "output": "2"}}'
PICODOLLARS = 10**12


async def one(http: aiohttp.ClientSession, url: str, number: int, statuses: Counter[str]) -> int:
    """Send a request; return the tokens that it cost, weighted by price."""
    wanted = 100 if number % 2 else number % 50 + 1
    script = {"text": "word ", "pieces": wanted, "tokens_per_second": 500}
    body = {"model": "scripted", "messages": [{"role": "user", "content": f"!script {json.dumps(script)}"}]}
    if number % 3:
        body["max_tokens"] = 100
    async with http.post(f"{url}/v1/chat/completions", json=body) as reply:
        said = await reply.json()
    statuses[str(reply.status) if reply.status != 429 else said["error"]["code"]] += 1
    if reply.status != 200:
        return 0
    return said["usage"]["prompt_tokens"] + 2 * said["usage"]["completion_tokens"]


async def measure(urls: list[str], database_url: str, options: argparse.Namespace) -> dict[str, object]:
    statuses: Counter[str] = Counter()
    async with aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=0)) as http:
        limit = {"scope": "project", "scope_id": "default", "kind": "spend_per_month", "amount": options.budget}
        async with http.post(f"{urls[0]}/v1/organization/limits", json=limit) as reply:
            if reply.status != 200:
                raise SystemExit(f"the limit was not taken: {reply.status} {await reply.text()}")
        # Other processes learn of a new limit within a few seconds.
        await asyncio.sleep(0 if len(urls) == 1 else 6)
        begun = time.perf_counter()
        seen = 0
        for _ in range(options.rounds):
            work = [one(http, urls[n % len(urls)], n, statuses) for n in range(options.requests)]
            seen += sum(await asyncio.gather(*work))
        took = time.perf_counter() - begun
        await asyncio.sleep(1)
    database = await Database.open(database_url)
    async with database.read() as connection:
        spent = int((await connection.execute(select(func.sum(ledger.c.cost)))).scalar() or 0)
        rows = int((await connection.execute(select(func.count()).select_from(ledger))).scalar() or 0)
    await database.close()
    budget = round(float(options.budget) * PICODOLLARS)
    return {
        "bench": "budget",
        "processes": len(urls),
        "requests": options.requests * options.rounds,
        "answers": dict(statuses),
        "budget_picodollars": budget,
        "spent_picodollars": spent,
        "overspent_picodollars": max(0, spent - budget),
        "ledger_rows": rows,
        "ledger_minus_usage_seen": spent - seen * 10**6,
        "seconds": round(took, 1),
    }


def main(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings: dict[str, str] = {"scripted": "true", "prices": PRICES, "default_output_limit": "100"}
        if options.processes > 1:
            settings["database_url"] = stack.enter_context(running_cluster()).create()
        servers = [
            stack.enter_context(Server(Path(folder) / f"data{number}", **settings))
            for number in range(options.processes)
        ]
        where = settings.get("database_url") or f"sqlite+aiosqlite:///{Path(folder) / 'data0' / 'earthshine.db'}"
        found = asyncio.run(measure([server.url for server in servers], where, options))
    print(json.dumps(found))
    return int(bool(found["overspent_picodollars"] or found["ledger_minus_usage_seen"] or not found["ledger_rows"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--budget", default="0.02", help="dollars; a request reserves about 0.0017")
    raise SystemExit(main(parser.parse_args()))
