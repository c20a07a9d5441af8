"""Kill the server, or only its engine, in the middle of background replies; count characters lost or doubled.

    python -m bench.faults.kill --kills 100 --what server
    python -m bench.faults.kill --kills 100 --what engine --weights MODEL.gguf

A reader follows each reply from the start and keeps what it was shown. After the kill the server is started again
(or left to restart its engine), and the reply must finish by itself, with what the reader had seen as a prefix.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from bench.shared.server import KEY, Server, install

HEADERS = {"Authorization": f"Bearer {KEY}"}
PROMPTS = ("the sea", "a clock", "the moon", "bread", "a bridge", "night trains", "glass", "the desert")


async def main(options: argparse.Namespace) -> int:
    rng = random.Random(options.seed)
    finished = prefixes = bytewise = 0
    recovery: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        model = install(data, options.weights)
        server = Server(data, scripted="true", context=2048, slots=4)
        server.start()
        async with aiohttp.ClientSession(headers=HEADERS) as http:
            await one(http, server, model, rng, options, kill=False)  # loads the model
            for number in range(options.kills):
                seen, response, took = await one(http, server, model, rng, options)
                text = output_text(response)
                finished += response["status"] in ("completed", "incomplete")
                prefixes += text.startswith(seen)
                bytewise += await replayed(http, server, response["id"]) == text
                recovery.append(took)
                if not text.startswith(seen) or response["status"] not in ("completed", "incomplete"):
                    print(json.dumps({"kill": number, "seen": seen, "text": text, "status": response["status"]}))
        server.stop()
    print(
        json.dumps(
            {
                "bench": f"kill {options.what}",
                "model": model,
                "kills": options.kills,
                "finished": finished,
                "seen_is_prefix": prefixes,
                "journal_equals_final_text": bytewise,
                "seconds_from_kill_to_end_p50": round(statistics.median(recovery), 2),
                "seconds_from_kill_to_end_max": round(max(recovery), 2),
            }
        )
    )
    return 0 if finished == prefixes == bytewise == options.kills else 1


async def one(http, server, model, rng, options, kill=True):
    text = " ".join(rng.choice(PROMPTS) for _ in range(3))
    content = f"Tell a long story about {text}."
    if model == "scripted":
        script = {"text": f"{text} " * 60, "tokens_per_second": 150}
        content = f"!script {json.dumps(script)}"
    body = {
        "model": model,
        "instructions": "You are a storyteller.",
        "input": content,
        "background": True,
        "stream": True,
        "max_output_tokens": options.tokens,
    }
    seen: list[str] = []
    begun = time.perf_counter()
    delay = rng.uniform(0.05, options.window)
    response_id = ""
    try:
        async with http.post(f"{server.url}/v1/responses", json=body) as stream:
            async for line in stream.content:
                if not line.startswith(b"data: {"):
                    continue
                event = json.loads(line[6:])
                response_id = response_id or event.get("response", {}).get("id", "")
                if event["type"] == "response.output_text.delta":
                    seen.append(event["delta"])
                if kill and time.perf_counter() - begun > delay:
                    break
    except aiohttp.ClientError:
        pass
    killed = time.perf_counter()
    if kill and options.what == "server":
        port = server.port
        server.kill()
        server.start(port)
    elif kill:
        for pid in server.children():
            os.kill(pid, signal.SIGKILL)
    while True:
        async with http.get(f"{server.url}/v1/responses/{response_id}") as reply:
            response = await reply.json()
        if response.get("status") not in ("queued", "in_progress"):
            return "".join(seen), response, time.perf_counter() - killed
        await asyncio.sleep(0.05)


async def replayed(http, server, response_id) -> str:
    """The text as the stored journal tells it."""
    pieces = []
    async with http.get(f"{server.url}/v1/responses/{response_id}?stream=true") as stream:
        async for line in stream.content:
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                if event["type"] == "response.output_text.delta":
                    pieces.append(event["delta"])
    return "".join(pieces)


def output_text(response) -> str:
    return "".join(part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--what", choices=["server", "engine"], default="server")
    parser.add_argument("--weights", default="", help="a GGUF file; without it the scripted model is used")
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--window", type=float, default=1.0, help="kill within so many seconds of the request")
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(asyncio.run(main(parser.parse_args())))
