"""Milliseconds from closing a reply until the engine says that its slot is free; bar: 100.

    python -m bench.load.cancel MODEL.gguf --times 20

In process, through `Engine.complete`, while tokens are being written (not during a prompt: there it is one step).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.engines import registry
from earthshine.engines.deltas import Piece
from earthshine.engines.requests import CompletionRequest, Sampling
from earthshine.settings import Settings


async def main(options: argparse.Namespace) -> None:
    card = Card(name="bench", path=Path(options.model), context_length=2048)
    engine = await registry.factory("llamacpp")(card, Settings(slots=4, context=2048))
    client = engine._client  # the engine's own word on its slots is not part of the contract
    taken: list[float] = []
    try:
        for number in range(options.times):
            request = CompletionRequest(
                f"Story number {number}: once upon a time", Sampling(max_tokens=1000, ignore_eos=True)
            )
            pieces = engine.complete(request)
            for _ in range(10 + number % 7):
                assert isinstance((await anext(pieces))[0], Piece)
            closed = time.perf_counter()
            await pieces.aclose()
            while any(slot["is_processing"] for slot in await client.get("/slots")):
                await asyncio.sleep(0.001)
            taken.append(1000 * (time.perf_counter() - closed))
    finally:
        await engine.close()
    print(
        json.dumps(
            {
                "bench": "cancel",
                "times": options.times,
                "ms_p50": round(statistics.median(taken), 1),
                "ms_max": round(max(taken), 1),
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model", help="a GGUF file")
    parser.add_argument("--times", type=int, default=20)
    asyncio.run(main(parser.parse_args()))
