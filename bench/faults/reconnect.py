"""Cut and reconnect readers at random; compare what they pieced together with the stored text, byte for byte.

python -m bench.faults.reconnect --cuts 1000
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from pathlib import Path

import aiohttp

from bench.faults.kill import output_text
from bench.shared.server import KEY, Server, install

HEADERS = {"Authorization": f"Bearer {KEY}"}
WORDS = ("مد", "sea", "é", "moon", "月", "🌙", "stone", "e\u0301")


async def follow(http, url, body, rng, budget):
    """Read one background reply, dropping the connection now and then; returns text, stored text and cuts made."""
    text: list[str] = []
    last, cuts, response_id = -1, 0, ""
    while True:
        patience = rng.randrange(1, 25) if cuts < budget else 10**9
        if not response_id:
            request = http.post(f"{url}/v1/responses", json=body)
        else:
            where = f"{url}/v1/responses/{response_id}?stream=true"
            request = http.get(where + (f"&starting_after={last}" if last >= 0 else ""))
        ended = False
        async with request as stream:
            async for line in stream.content:
                if not line.startswith(b"data: {"):
                    continue
                event = json.loads(line[6:])
                assert event["sequence_number"] == last + 1, (event, last)
                last = event["sequence_number"]
                response_id = response_id or event["response"]["id"]
                if event["type"] == "response.output_text.delta":
                    text.append(event["delta"])
                ended = event["type"] in ("response.completed", "response.incomplete", "response.failed")
                patience -= 1
                if patience <= 0:
                    break
        if ended:
            async with http.get(f"{url}/v1/responses/{response_id}") as reply:
                return "".join(text), output_text(await reply.json()), cuts
        cuts += 1


async def main(options: argparse.Namespace) -> int:
    rng = random.Random(options.seed)
    cuts = replies = equal = 0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        model = install(data, options.weights)
        with Server(data, scripted="true", context=2048) as server:
            async with aiohttp.ClientSession(headers=HEADERS) as http:
                while cuts < options.cuts:
                    jobs = []
                    for _ in range(8):
                        words = " ".join(rng.choice(WORDS) for _ in range(80))
                        script = {"text": words, "tokens_per_second": 300}
                        content = f"!script {json.dumps(script)}" if model == "scripted" else f"Tell of {words[:60]}"
                        body = {
                            "model": model,
                            "input": content,
                            "background": True,
                            "stream": True,
                            "max_output_tokens": 200,
                        }
                        jobs.append(follow(http, server.url, body, rng, budget=20))
                    for text, stored, made in await asyncio.gather(*jobs):
                        cuts += made
                        replies += 1
                        equal += text == stored and bool(stored)
    result = {"bench": "reconnect", "model": model, "cuts": cuts, "replies": replies, "equal": equal}
    print(json.dumps(result))
    return 0 if equal == replies else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--weights", default="")
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(asyncio.run(main(parser.parse_args())))
