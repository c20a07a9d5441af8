"""Claim: a model that vLLM serves answers through Earthshine as quickly as from vLLM itself.

One server with one folder of safetensors files is started, and the model loaded by its first request, of which the
seconds are told. Then the same requests go, by the official SDK, through Earthshine and to the very same program
directly, at its socket or port and with its key, turn by turn: one at a time, and several at once. Told are tokens per
second and the time to the first token of both, and how much Earthshine adds. At last the program is killed, and the
seconds are told until it serves again.

Prints one line of JSON; exits with 1 where Earthshine takes more than a tenth of the tokens per second away.

    python -m bench.engines.managed --python /opt/vllm/bin/python --folder smollm2/ --dtype float32
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bench.shared.server import KEY, Server, install
from earthshine.processes.tree import descendants

TOKENS = 64
ROUNDS = 5
AT_ONCE = 4
TEXT = "The lighthouse keeper counted the ships that passed in the night, and wrote their names into his book. " * 8


async def reply(client: AsyncOpenAI, model: str, number: int) -> tuple[float, float, int]:
    """Return the seconds to the first token and to the last, and how many there were."""
    begun = time.perf_counter()
    first = 0.0
    tokens = 0
    stream = await client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": f"Story {number}. {TEXT} Go on."}],
        max_tokens=TOKENS,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"ignore_eos": True},
    )
    async for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content and not first:
            first = time.perf_counter() - begun
        if chunk.usage:
            tokens = chunk.usage.completion_tokens
    return first, time.perf_counter() - begun, tokens


async def measure(client: AsyncOpenAI, model: str, at_once: int, number: int) -> tuple[float, float]:
    """Return the tokens per second of requests at the same time, and the median time to the first token."""
    begun = time.perf_counter()
    replies = await asyncio.gather(*(reply(client, model, number + each) for each in range(at_once)))
    seconds = time.perf_counter() - begun
    return sum(tokens for _, _, tokens in replies) / seconds, statistics.median(first for first, _, _ in replies)


async def compare(ours: AsyncOpenAI, theirs: AsyncOpenAI, at_once: int, base: int) -> dict[str, Any]:
    """Ask both in turn, each time with words that neither has seen, and tell the medians."""
    found: dict[str, list[tuple[float, float]]] = {"earthshine": [], "direct": []}
    for number in range(ROUNDS):
        order: Sequence[tuple[str, AsyncOpenAI]] = [("earthshine", ours), ("direct", theirs)]
        for turn, (name, client) in enumerate(order if number % 2 else order[::-1]):
            start = base + 1000 * number + 100 * turn
            found[name].append(await measure(client, "bench", at_once, start))
    speed = {name: statistics.median(each[0] for each in rows) for name, rows in found.items()}
    first = {name: statistics.median(each[1] for each in rows) for name, rows in found.items()}
    return {
        "at_once": at_once,
        "tokens_per_second": {name: round(value, 1) for name, value in speed.items()},
        "ratio": round(speed["earthshine"] / speed["direct"], 3),
        "first_token_ms": {name: round(1000 * value, 1) for name, value in first.items()},
        "added_ms": round(1000 * (first["earthshine"] - first["direct"]), 1),
    }


def program_of(server: Server) -> int:
    """Return the pid of the program: the child of who watches it."""
    watcher = next(pid for pid in server.children() if b"processes.program" in _command(pid))
    return next(pid for pid in descendants(watcher) if b"--served-model-name" in _command(pid))


def direct(pid: int) -> AsyncOpenAI:
    """Return a client of the program itself."""
    told = _command(pid).split(b"\0")
    variables = dict(each.split(b"=", 1) for each in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if each)
    socket = told[told.index(b"--uds") + 1].decode()
    transport = httpx2.AsyncHTTPTransport(uds=socket)
    client = DefaultAsyncHttpxClient(transport=transport, timeout=600)
    return AsyncOpenAI(base_url="http://localhost/v1", api_key=variables[b"VLLM_API_KEY"].decode(), http_client=client)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def run(server: Server) -> dict[str, Any]:
    """Load, compare, kill and load again."""
    ours = AsyncOpenAI(base_url=f"{server.url}/v1", api_key=KEY, timeout=1800, max_retries=0)
    begun = time.perf_counter()
    await reply(ours, "bench", 0)
    result: dict[str, Any] = {"load_seconds": round(time.perf_counter() - begun, 1)}
    program = program_of(server)
    theirs = direct(program)
    await reply(theirs, "bench", 1)
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as http:
        engine = (await http.get(f"{server.url}/earthshine/v1/engines")).json()["data"][0]
    result |= {"memory_mib": engine["memory"] // 2**20, "context": engine["context_length"], "state": engine["state"]}
    result["runs"] = [await compare(ours, theirs, at_once, 10_000 * at_once) for at_once in (1, AT_ONCE)]
    begun = time.perf_counter()
    os.kill(program, signal.SIGKILL)
    while True:
        try:
            await reply(ours, "bench", 2)
            break
        except Exception:  # whatever the SDK raises while nothing serves
            await asyncio.sleep(0.5)
    result["again_seconds"] = round(time.perf_counter() - begun, 1)
    return result


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="The Python that has vLLM.")
    parser.add_argument("--folder", required=True, help="A folder of safetensors files.")
    parser.add_argument("--dtype", default="auto", help="Type in which it computes.")
    parser.add_argument("--arguments", default="[]", help="More arguments of vLLM, as a JSON list.")
    given = parser.parse_args()
    programs = {"vllm": {"python": given.python, "dtype": given.dtype, "arguments": json.loads(given.arguments)}}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        install(data, given.folder)
        with Server(data, managed_engines=json.dumps(programs)) as server:
            program = 0
            try:
                result = asyncio.run(run(server))
                program = program_of(server)
            except BaseException:
                sys.stderr.write((data / "logs/engines/bench.log").read_text()[-8000:])
                raise
        result["left_behind"] = int(bool(_command(program)))
    sys.stdout.write(json.dumps(result) + "\n")
    sys.exit(min(each["ratio"] for each in result["runs"]) < 0.9)


if __name__ == "__main__":
    main()
