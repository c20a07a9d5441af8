"""Kill the process that writes a response of seven steps, inside a step; count what comes twice.

    python -m bench.faults.response_kills --kills 200                              on SQLite, one process
    python -m bench.faults.response_kills --kills 200 --postgresql --workers 2     two, each takes over from the other

The scripted model calls three tools, one after the other, each of which adds a line to a file: under an idempotency
key; without one, so that after a kill nobody knows; and without one, but so that the tool can look. What nobody knows
the bench finds out in the file, as a person would, and answers. Bars: all responses end, with the text, the items and
the events that they have without a kill; no step that had ended begins again; no line twice; each step of the model is
charged once; every call without a key that was cut is told as incomplete, and as an event.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select
from tests.postgres import running_cluster
from tests.tools.line_tools import FILE, PAUSE, install

from bench.faults._kills import options_of, report
from earthshine.database import Database
from earthshine.ids import new_id
from earthshine.instances import Instances
from earthshine.metering.tables import ledger
from earthshine.responses.reply.events import fold
from earthshine.responses.tables import responses
from earthshine.runs import Runs
from earthshine.runs.steps import load_steps
from earthshine.runs.tables import run_steps

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
TOOLS = ("keep_line", "add_line", "sure_line")
TOOL_STEPS = (1, 3, 5)
AIMS = (1, 0, 3, 2, 5, 4, 3, 6)
"""The steps that are killed in, in turn: every second is a tool's."""
SPEED, SECONDS = 120, 0.02
"""Tokens of the model per second, and what a tool waits before and after its effect."""
TEXT = "That is done, and here is what came of it: قمر 月 and more words."
SCRIPT = [
    {"text": "I begin.", "tool_call": {"name": "keep_line", "arguments": {"line": "kept"}}},
    {"tool_call": {"name": "add_line", "arguments": {"line": "added"}}},
    {"reasoning": "Once more.", "tool_call": {"name": "sure_line", "arguments": {"line": "sure"}}},
    {"text": TEXT},
]
TYPES = [
    *("message", "function_call", "function_call_output"),
    *("function_call", "function_call_output"),
    *("reasoning", "function_call", "function_call_output"),
    "message",
]


class Worker:
    """One process that writes responses."""

    def __init__(self, folder: Path, node: str, database: str) -> None:
        self.address = str(folder / "workers")
        self.told = [str(folder / node), str(folder), database]
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        """The run of each beginning of a step that it tells of."""

    async def start(self) -> None:
        """Start it, and wait until it looks for work."""
        self.reader, self.writer = await asyncio.open_unix_connection(self.address)
        self.send(self.told)
        self.pid = int((await self.reader.readline()).split()[1])
        # What it goes on with by itself may begin before that.
        while (line := await self.reader.readline()) != b"ready\n":
            assert line.startswith(b"begin")
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with suppress(ConnectionError):
            async for line in self.reader:
                self.begun.put_nowait(line.decode().split(" ")[1])

    def send(self, body: Any) -> None:
        """Have a response begun; with nothing to answer, have it look for work."""
        self.writer.write(json.dumps(body).encode() + b"\n")

    async def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        await self.reading
        self.writer.close()


class Bench:
    """Responses that are cut, and what came of them."""

    def __init__(self, database: Database, folder: Path, workers: list[Worker], rng: random.Random) -> None:
        self.database, self.folder, self.workers, self.rng = database, folder, workers, rng
        self.runs = Runs(database, Instances(database, "bench"))
        self.count: Counter[str] = Counter()
        self.recovery: list[float] = []

    async def one(self, aim: int, worker: Worker) -> None:
        """Begin a response, kill its process inside the step `aim`, and see it to its end."""
        response_id = new_id("resp")
        worker.send(_body(response_id))
        await self._begins(worker, response_id, aim)
        await asyncio.sleep(self.rng.uniform(0, 0.05))
        await worker.kill()
        killed = time.perf_counter()
        before, began = await self._ended(response_id), self._beginnings()
        await worker.start()
        unknown = await self._until_end(response_id)
        self.recovery.append(time.perf_counter() - killed)
        again = self._beginnings()
        self.count["done again"] += sum(again[response_id, number] != began[response_id, number] for number in before)
        cut_blind = began[response_id, 3] > 0 and 3 not in before
        self.count["cut without a key"] += cut_blind
        self.count["unknown"] += unknown
        self.count["not reported"] += cut_blind and not (unknown and await self._told(response_id))
        lines = Counter(line.split(" ")[0] for line in _lines(self.folder / "lines"))
        self.count["line not once"] += sum(lines[f"{response_id}:{number}"] != 1 for number in TOOL_STEPS)
        await self._check(response_id)

    async def _begins(self, worker: Worker, response_id: str, aim: int) -> None:
        """Wait until the step number `aim` begins."""
        seen = -1
        async with asyncio.timeout(60):
            while seen < aim:
                seen += await worker.begun.get() == response_id

    async def _ended(self, response_id: str) -> set[int]:
        over = select(run_steps.c.number).where(run_steps.c.run_id == response_id, run_steps.c.state == "ended")
        async with self.database.read() as connection:
            return set(await connection.scalars(over))

    def _beginnings(self) -> Counter[tuple[str, int]]:
        lines = [line.split(" ") for line in _lines(self.folder / "log")]
        return Counter((line[1], int(line[2])) for line in lines)

    async def _until_end(self, response_id: str) -> bool:
        """Wait for the end, answering what is unknown; returns whether something was."""
        unknown = False
        deadline = time.perf_counter() + 60
        while time.perf_counter() < deadline:
            record = await self.runs.get(response_id)
            if record.status not in ("queued", "running", "waiting"):
                return unknown
            for step in (await load_steps(self.database, response_id)).values():
                if step.state == "unknown" and record.status == "waiting":
                    unknown = True
                    there = any(line.startswith(step.key) for line in _lines(self.folder / "lines"))
                    result = "Added: added" if there else None
                    await self.runs.answer(response_id, step.number, state="ended" if there else "due", result=result)
                    for worker in self.workers:
                        worker.send({})
            await asyncio.sleep(0.02)
        return unknown

    async def _told(self, response_id: str) -> bool:
        """Tell whether an event said that a call's end is unknown, and a later one how it was."""
        events, _ = await self.runs.journal.load(response_id)
        answers = [each["item"]["status"] for each in map(json.loads, events) if _answers(each, 4)]
        return "incomplete" in answers and answers[-1] == "completed"

    async def _check(self, response_id: str) -> None:
        """Compare what is stored of a response with what it is without a kill."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(responses).where(responses.c.id == response_id))).one()
            charged = (await connection.execute(select(ledger).where(ledger.c.parent_id == response_id))).all()
        final = json.loads(row.response)
        events, _ = await self.runs.journal.load(response_id)
        output: list[Json] = final["output"]
        self.count["ended"] += row.status == "completed"
        self.count["items differ"] += [item["type"] for item in output] != TYPES
        self.count["text differs"] += "".join(part["text"] for part in output[-1].get("content", ())) != TEXT
        self.count["events differ"] += fold(events) != final or [
            json.loads(event)["sequence_number"] for event in events
        ] != list(range(len(events)))
        self.count["charged differently"] += (
            sorted(each.id for each in charged) != [f"{response_id}:{number}" for number in (0, 2, 4, 6)]
            or sum(each.output_tokens for each in charged) != final["usage"]["output_tokens"]
        )


def _answers(event: Json, place: int) -> bool:
    return event["type"].startswith("response.output_item") and event["output_index"] == place


def _body(response_id: str) -> Json:
    slow = [{**reply, "tokens_per_second": SPEED} for reply in SCRIPT]
    return {
        "model": "scripted",
        "input": f"!script {json.dumps(slow)}",
        "tools": [{"type": name} for name in TOOLS],
        "background": True,
        "metadata": {"id": response_id},
    }


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def kills(options: argparse.Namespace, url: str, folder: Path) -> int:
    """Kill, and print what came of it."""
    script = str(Path(__file__).with_name("_response_worker.py"))
    forking = await asyncio.create_subprocess_exec(
        sys.executable, script, str(folder / "workers"), stdout=asyncio.subprocess.PIPE
    )
    assert forking.stdout is not None and await forking.stdout.readline() == b"ready\n"
    workers = [Worker(folder, f"node{number}", url) for number in range(options.workers)]
    for worker in workers:
        await worker.start()
    database = await Database.open(url or f"sqlite+aiosqlite:///{folder / 'node0' / 'earthshine.db'}")
    bench = Bench(database, folder, workers, random.Random(options.seed))
    for number in range(options.kills):
        await bench.one(AIMS[number % len(AIMS)], workers[number % len(workers)])
    for worker in workers:
        await worker.kill()
    forking.kill()
    await database.close()
    count = bench.count
    report("response kills", options, count, bench.recovery)
    good = ("ended", "cut without a key", "unknown")
    return int(any(count[name] for name in count if name not in good) or count["ended"] != options.kills)


async def main(options: argparse.Namespace) -> int:
    """Run it in a folder of its own, with the tools registered there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder / "packages")
        os.environ |= {
            FILE: str(folder / "lines"),
            PAUSE: str(SECONDS),
            "PYTHONPATH": os.pathsep.join([str(folder / "packages"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        if not options.postgresql:
            return await kills(options, "", folder)
        with running_cluster() as cluster:
            return await kills(options, cluster.create(), folder)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(options_of(__doc__).parse_args())))
