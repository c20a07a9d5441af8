"""Output tokens per second through our API, divided by the same engine's own server: 1, 4, 8 and 16 clients.

    python -m bench.load.throughput MODEL.gguf

Both servers run the same engine with the same options, and take turns within each round. Every client sends the same
system prompt of about 600 tokens and a question of its own. Bar: each ratio >= 0.97.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

from bench.load._raw import RawServer
from bench.shared.load import Target, crowd, system_prompt
from bench.shared.server import KEY, Server, install
from earthshine.engines.llamacpp.plan import BATCH, physical_cores
from earthshine.engines.llamacpp.supervisor import SPIN


async def end_tokens(url: str) -> tuple[int, ...]:
    """Return the tokens that would end a reply."""
    found: list[int] = []
    async with aiohttp.ClientSession() as http:
        for text in ("<|im_end|>", "<|endoftext|>", "</s>", "<|eot_id|>"):
            async with http.post(f"{url}/tokenize", json={"content": text, "parse_special": True}) as reply:
                tokens = (await reply.json())["tokens"]
                found += tokens if len(tokens) == 1 else []
    return tuple(found)


async def measure(options: argparse.Namespace, ours: Target, raw: Target, engine: RawServer) -> list[dict[str, Any]]:
    forbidden = await end_tokens(raw.url)
    system = system_prompt(options.rules)
    # Every slot of both holds the system prompt.
    await engine.prime(system)
    await crowd(ours, 16, 16, system, 2, forbidden, "warm")
    speeds: dict[tuple[int, str], list[float]] = {}
    first: dict[tuple[int, str], list[float]] = {}
    for turn in range(options.rounds):
        for clients in options.clients:
            pair = (ours, raw) if turn % 2 == 0 else (raw, ours)
            for target in pair:
                seconds, replies = await crowd(
                    target, clients, max(clients, 2), system, options.tokens, forbidden, f"{turn}.{clients}"
                )
                assert all(reply.tokens == options.tokens for reply in replies), "both write the same number of tokens"
                speeds.setdefault((clients, target.name), []).append(sum(r.tokens for r in replies) / seconds)
                first.setdefault((clients, target.name), []).append(statistics.median(r.first for r in replies))
    rows = []
    for clients in options.clients:
        mine, theirs = speeds[clients, "ours"], speeds[clients, "raw"]
        ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
        rows.append(
            {
                "clients": clients,
                "ours_tokens_per_s": round(statistics.median(mine), 1),
                "raw_tokens_per_s": round(statistics.median(theirs), 1),
                "ratio_p50": round(statistics.median(ratios), 3),
                "ratios": [round(ratio, 3) for ratio in ratios],
                "ours_first_s": round(statistics.median(first[clients, "ours"]), 2),
                "raw_first_s": round(statistics.median(first[clients, "raw"]), 2),
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default=os.environ.get("EARTHSHINE_TEST_MODEL", ""), help="a GGUF file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rules", type=int, default=30)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--clients", type=int, nargs="+", default=[16, 8, 4, 1])
    options = parser.parse_args()
    if not options.model:
        parser.error("name a GGUF file, or let EARTHSHINE_TEST_MODEL do so")
    threads = physical_cores()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        name = install(data, options.model)
        shape = {"slots": 16, "context": options.context, "threads": threads}
        with (
            Server(data, **shape) as server,
            RawServer(options.model, **shape, batch=BATCH, spin=SPIN) as engine,
        ):
            ours = Target("ours", server.url, name, KEY)
            raw = Target("raw", engine.url, "any", "")
            rows = asyncio.run(measure(options, ours, raw, engine))
    print(json.dumps({"bench": "throughput", "threads": threads, "bar": "ratio >= 0.97", "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
