"""Claim: every limit of a session is kept within 2%, and every turn ends with an answer or an honest "cannot".

    python -m bench.agents.limits                        100 sessions against each kind of limit, the scripted model
    python -m bench.agents.limits --runs 5 --model FILE  the same chores with real weights, a GGUF file

A whole server and the real sandbox. A chore is a row of commands of random length and output, then a text of random
length; its limit is such that most run into it, at a random place. What was used is what the server counts by its own
ledger and journal; tokens are compared with what the API tells of the session besides.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI
from tests.server_process import ServerProcess, start_server

from earthshine.catalog import Catalog
from earthshine.settings import Settings

Json = dict[str, Any]

KINDS = ("tokens", "seconds", "steps", "cents")
PRICES = {"input": "10", "output": "40", "per_hour": "1"}
AT_ONCE = 4
TOLERANCE = 1.02


@dataclass
class Result:
    """One session that came to rest."""

    kind: str
    limit: int
    used: float
    status: str
    said: str
    reached: bool
    wall: float

    @property
    def kept(self) -> bool:
        """Whether the limit was kept within 2%."""
        return self.used <= self.limit * TOLERANCE

    @property
    def ended_well(self) -> bool:
        """Whether the turn ended in words."""
        return self.status == "completed" and bool(self.said.strip())


def chore(kind: str, rng: random.Random) -> tuple[str, int]:
    """Return what a session is told, and its limit."""
    timed = kind == "seconds"
    replies: list[Json] = []
    for _ in range(rng.randint(0, 10)):
        command = f"seq {rng.randint(1, 400)}" + (f"; sleep {rng.uniform(0.1, 3):.2f}" if timed else "")
        if timed and rng.random() < 0.1:
            command = "sleep 600"
        arguments = {"commands": [command] * rng.choice([1, 1, 2])}
        replies.append({"tool_call": {"name": "shell", "arguments": arguments}})
    pace = {"tokens_per_second": rng.choice([40, 100, 300])} if timed else {}
    replies.append({"text": "word ", "pieces": rng.randint(1, 4000), **pace})
    limit = {
        "tokens": lambda: rng.randint(200, 9000),
        "seconds": lambda: rng.randint(4, 10),
        "steps": lambda: rng.randint(1, 8),
        "cents": lambda: rng.randint(1, 12),
    }[kind]()
    return f"{'word ' * rng.choice([1, 20, 200])}\n!script {json.dumps(replies)}", limit


def real_chore(kind: str, rng: random.Random) -> tuple[str, int]:
    """Return the same for a real model, which finds its own way."""
    asked = rng.choice(
        [
            "Count the files below /usr/share with the shell, then explain in detail what such files are for.",
            "Write a long story about the moon.",
            "Use Python to find the first 50 primes, then list them all.",
        ]
    )
    limit = {
        "tokens": lambda: rng.randint(400, 3000),
        "seconds": lambda: rng.randint(5, 15),
        "steps": lambda: rng.randint(1, 4),
        "cents": lambda: rng.randint(1, 4),
    }[kind]()
    return asked, limit


async def run(client: AsyncOpenAI, kind: str, said: str, limit: int, *, guided: bool) -> Result:
    """Run one session to its rest."""
    sessions, begun = client.beta.agents.sessions, time.monotonic()
    create: Any = sessions.create
    own: Json = {"earthshine": {"limits": {kind: limit}, "rules": {"program": guided}}}
    made = await create(environment={"type": "openai_hosted"}, agent={"model": "default"}, input=said, extra_body=own)
    while (now := await sessions.retrieve(made.id)).status == "in_progress":
        await asyncio.sleep(0.1)
    wall = time.monotonic() - begun
    turns = [turn async for turn in sessions.turns.list(made.id)]
    items = [item async for item in sessions.items.list(made.id, limit=1)]
    words = items[0].output_text if items[0].type == "message" and items[0].role == "assistant" else ""
    where = f"{str(client.base_url).removesuffix('/v1/')}/earthshine/v1/agents/sessions/{made.id}/limits"
    told: Any = await client.get(where, cast_to=object)
    used = told[kind]["used"]
    if kind == "tokens" and now.usage is not None and now.usage.total_tokens != used:
        raise AssertionError(f"{made.id}: the API tells of {now.usage.total_tokens} tokens, the ledger of {used}")
    await sessions.delete(made.id)
    return Result(kind, limit, used, turns[0].status, words, now.status == "budget_reached", wall)


async def measure(server: ServerProcess, options: argparse.Namespace) -> list[Result]:
    """Run all sessions, a few at once."""
    rng = random.Random(options.seed)
    make = real_chore if options.model else chore
    work = [(kind, *make(kind, rng)) for kind in options.only or KINDS for _ in range(options.runs)]
    places = asyncio.Semaphore(1 if options.model else AT_ONCE)
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key, timeout=600) as client:

        async def one(kind: str, said: str, limit: int) -> Result:
            async with places:
                return await run(client, kind, said, limit, guided=options.guided)

        return list(await asyncio.gather(*(one(*each) for each in work)))


def report(results: list[Result]) -> bool:
    """Print what was measured; returns whether all of it holds."""
    print(f"{'kind':8} {'runs':>5} {'reached':>8} {'kept':>5} {'in words':>9} {'worst':>7} {'median reached':>15}")
    for kind in dict.fromkeys(each.kind for each in results):
        some = [each for each in results if each.kind == kind]
        shares = [each.used / each.limit for each in some]
        reached = [each.used / each.limit for each in some if each.reached]
        kept, well = sum(each.kept for each in some), sum(each.ended_well for each in some)
        middle = statistics.median(reached) if reached else 0
        print(f"{kind:8} {len(some):5} {len(reached):8} {kept:5} {well:9} {max(shares):7.1%} {middle:15.1%}")
    for each in results:
        if not each.kept or not each.ended_well:
            print("NOT:", each)
    return all(each.kept and each.ended_well for each in results)


async def main(options: argparse.Namespace) -> bool:
    """Start the server, run, report."""
    with tempfile.TemporaryDirectory() as folder:
        data, flags = Path(folder) / "data", ["--scripted", "--no-embedded-model", "--default-model", "scripted"]
        name = "scripted"
        if options.model:
            name = (await Catalog(Settings(data=data)).add(f"file:{options.model}", "measured")).name
            flags = ["--default-model", name]
        server = await start_server(data, *flags, env={"EARTHSHINE_PRICES": json.dumps({name: PRICES})})
        try:
            return report(await measure(server, options))
        finally:
            await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="sessions against each kind of limit")
    parser.add_argument("--model", type=Path, help="weights; else the scripted model")
    parser.add_argument("--guided", action="store_true", help="by the program around small models")
    parser.add_argument("--only", nargs="*", choices=KINDS, help="some kinds alone")
    parser.add_argument("--seed", type=int, default=15)
    raise SystemExit(0 if asyncio.run(main(parser.parse_args())) else 1)
