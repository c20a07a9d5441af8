"""Sixteen cold requests at once that share a system prompt of 600 tokens: median time to first token.

    python -m bench.load.burst MODEL.gguf

Ours against the same engine's own server with its own batch sizes. Each round starts both anew, so nothing is cached.
Bar: at most a quarter of the engine's own server's time.
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

from bench.load._raw import RawServer
from bench.shared.load import Reply, Target, crowd, system_prompt
from bench.shared.server import KEY, Server, install
from earthshine.engines.llamacpp.plan import physical_cores
from earthshine.engines.llamacpp.supervisor import SPIN


async def burst(options: argparse.Namespace, target: Target, seed: str) -> list[Reply]:
    # A request with nothing in common loads the model and runs its canary; that is not what is measured.
    await crowd(target, 1, 1, "Be brief.", 2, (), "load")
    _, replies = await crowd(target, 16, 16, system_prompt(options.rules), options.tokens, (), seed)
    return replies


def row(name: str, replies: list[Reply]) -> dict[str, Any]:
    first = sorted(reply.first for reply in replies)
    return {
        "server": name,
        "first_s_p50": round(statistics.median(first), 2),
        "first_s_max": round(first[-1], 2),
        "prompt_tokens": replies[0].prompt_tokens,
        "computed_tokens": sum(reply.prompt_tokens - reply.cached_tokens for reply in replies),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default=os.environ.get("EARTHSHINE_TEST_MODEL", ""), help="a GGUF file")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--rules", type=int, default=30)
    parser.add_argument("--context", type=int, default=2048)
    options = parser.parse_args()
    if not options.model:
        parser.error("name a GGUF file, or let EARTHSHINE_TEST_MODEL do so")
    shape = {"slots": 16, "context": options.context, "threads": physical_cores()}
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        name = install(data, options.model)
        for turn in range(options.rounds):
            with Server(data, **shape) as server:
                replies = asyncio.run(burst(options, Target("ours", server.url, name, KEY), f"{turn}"))
                rows.append(row("ours", replies))
            with RawServer(options.model, **shape, batch=0, spin=SPIN) as engine:
                replies = asyncio.run(burst(options, Target("raw", engine.url, "any", ""), f"{turn}"))
                rows.append(row("raw", replies))
    ours, raw = (statistics.median(r["first_s_p50"] for r in rows if r["server"] == who) for who in ("ours", "raw"))
    print(
        json.dumps(
            {"bench": "burst", "ratio": round(ours / raw, 3), "bar": "ratio <= 0.25", "rows": rows},
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
