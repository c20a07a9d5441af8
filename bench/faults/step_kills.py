"""Kill the process that performs a run of several steps, inside a step; count steps and effects that come twice.

    python -m bench.faults.step_kills --kills 200   on SQLite, one process
    python -m bench.faults.step_kills --kills 200 --postgresql --workers 2   two, each takes over from the other
    python -m bench.faults.step_kills --cost   what the two records of a step cost

Every second kill is inside a step with an effect outside: a line that is added to a file, half of them under an
idempotency key, half without. What became of a step without a key is unknown after a kill; the bench then looks at the
file, as a person would, and answers. Bars: all runs end; no step that had ended begins again; no effect twice; every
step without a key that was cut is reported as unknown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from sqlalchemy import select
from tests.postgres import running_cluster

from bench.faults._kills import options_of, report
from bench.faults._step_worker import CALLER, PIECES, Chores
from earthshine.database import Database
from earthshine.instances import Instances
from earthshine.runs import Done, NewRun, Run, Runs
from earthshine.runs.steps import load_steps
from earthshine.runs.tables import run_events, run_steps

AIMS = ("keyed", "write", "blind", "look", "keyed", "sum up", "blind", "write")
"""The steps that are killed in, in turn: every second has an effect outside."""


class Worker:
    """One process that performs runs."""

    def __init__(self, url: str, folder: Path, node: str) -> None:
        self.command = (sys.executable, str(Path(__file__).with_name("_step_worker.py")), url, str(folder), node)
        self.process: asyncio.subprocess.Process | None = None
        self.begun: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        """The run and the step of each beginning that it tells of."""

    async def start(self) -> None:
        """Start it, and wait until it looks for work."""
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(*self.command, stdin=pipe, stdout=pipe)
        assert self.process.stdout is not None
        assert await self.process.stdout.readline() == b"ready\n"
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        async for line in self.process.stdout:
            _, run_id, _, name = line.decode().rstrip("\n").split(" ", 3)
            self.begun.put_nowait((run_id, name))

    def wake(self) -> None:
        """Tell it that there is work."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(b"\n")

    async def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        await self._reading


class Bench:
    """Runs that are cut, and what came of them."""

    def __init__(self, database: Database, folder: Path, workers: list[Worker], rng: random.Random) -> None:
        self.database, self.folder, self.workers, self.rng = database, folder, workers, rng
        self.runs = Runs(database, Instances(database, "bench"))
        self.count: Counter[str] = Counter()
        self.recovery: list[float] = []

    async def one(self, aim: str) -> None:
        """Queue a run, kill whoever performs it inside the step `aim`, and see it to its end."""
        async with self.database.write() as connection:
            run_id = await self.runs.queue(connection, NewRun("chores", CALLER))
        for worker in self.workers:
            worker.wake()
        worker = await self._begins(run_id, aim)
        await asyncio.sleep(self.rng.uniform(0, 0.05))
        await worker.kill()
        killed = time.perf_counter()
        before = await self._ended(run_id)
        began = self._beginnings()
        await worker.start()
        unknown = await self._until_end(run_id)
        self.recovery.append(time.perf_counter() - killed)
        again = self._beginnings()
        self.count["done again"] += sum(again[each] != began[each] for each in before)
        steps = await load_steps(self.database, run_id)
        cut_blind = aim == "blind" and (run_id, 2) not in before
        self.count["cut without a key"] += cut_blind
        self.count["unknown"] += unknown
        self.count["not reported"] += cut_blind and not unknown
        record = await self.runs.get(run_id)
        self.count["ended"] += record.status == "completed" and all(step.over for step in steps.values())
        self.count["whole"] += record.result == {"words": PIECES, "found": (steps[3].result or {}).get("found")}
        self.count["keyed twice"] += self._lines("keyed").count(steps[1].key) != 1
        self.count["blind twice"] += self._lines("blind").count(run_id) != 1
        self.count["text differs"] += await self._written(run_id) != "".join(map(str, range(PIECES)))

    async def _begins(self, run_id: str, aim: str) -> Worker:
        async def of(worker: Worker) -> Worker:
            while True:
                its, name = await worker.begun.get()
                if name == aim and (its == run_id or name == "look"):
                    return worker

        tasks = [asyncio.create_task(of(worker)) for worker in self.workers]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=30)
        for task in rest:
            task.cancel()
        return done.pop().result()

    async def _ended(self, run_id: str) -> set[tuple[str, int]]:
        """Return the steps that have ended, of all runs: none of them may begin again."""
        over = select(run_steps.c.run_id, run_steps.c.number).where(run_steps.c.state == "ended")
        async with self.database.read() as connection:
            return {(row.run_id, row.number) for row in await connection.execute(over)}

    def _beginnings(self) -> Counter[tuple[str, int]]:
        lines = (self.folder / "log").read_text().splitlines()
        return Counter((line.split(" ")[1], int(line.split(" ")[2])) for line in lines)

    async def _until_end(self, run_id: str) -> bool:
        """Wait for the end, answering what is unknown; returns whether something was."""
        unknown = False
        deadline = time.perf_counter() + 60
        while time.perf_counter() < deadline:
            record = await self.runs.get(run_id)
            if record.status not in ("queued", "running", "waiting"):
                return unknown
            for step in (await load_steps(self.database, run_id)).values():
                if step.state == "unknown" and record.status == "waiting":
                    unknown = True
                    there = run_id in self._lines("blind")
                    await self.runs.answer(run_id, step.number, state="ended" if there else "due")
                    for worker in self.workers:
                        worker.wake()
            await asyncio.sleep(0.02)
        return unknown

    async def _written(self, run_id: str) -> str:
        raw = select(run_events.c.raw).where(run_events.c.run_id == run_id).order_by(run_events.c.sequence_number)
        async with self.database.read() as connection:
            return b"".join(await connection.scalars(raw)).decode()

    def _lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().split() if file.exists() else []


async def kills(options: argparse.Namespace, url: str, folder: Path) -> int:
    """Kill, and print what came of it."""
    database = await Database.open(url)
    workers = [Worker(url, folder, f"node{number}") for number in range(options.workers)]
    for worker in workers:
        await worker.start()
    bench = Bench(database, folder, workers, random.Random(options.seed))
    for number in range(options.kills):
        await bench.one(AIMS[number % len(AIMS)])
    for worker in workers:
        await worker.kill()
    await database.close()
    count = bench.count
    report("step kills", options, count, bench.recovery)
    bad = ("done again", "not reported", "keyed twice", "blind twice", "text differs")
    return int(any(count[name] for name in bad) or count["ended"] != options.kills or count["whole"] != options.kills)


async def cost(url: str, folder: Path) -> int:
    """Time a step that does nothing, beginning and end stored, and print it."""
    database = await Database.open(url)
    instances = Instances(database, "cost")
    await instances.open()
    runs = Runs(database, instances)
    runs.journal.start()
    times: list[float] = []

    class Empty(Chores):
        name = "empty"

        async def perform(self, run: Run) -> None:
            for number in range(300):
                began = time.perf_counter()
                await run.step(f"step {number}", lambda _: _done(), repeat="never")
                times.append((time.perf_counter() - began) * 1000)

    async def _done() -> Done:
        return Done()

    runs.register(Empty(folder))
    run = await runs.start(NewRun("empty", CALLER))
    assert run.task is not None
    await run.task
    await runs.close()
    await runs.journal.close()
    await instances.close()
    await database.close()
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(
        json.dumps(
            {"bench": "step cost", "database": url.partition(":")[0], "p50_ms": round(p50, 2), "p99_ms": round(p99, 2)}
        )
    )
    return 0


async def main(options: argparse.Namespace) -> int:
    """Run one or the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work = cost if options.cost else partial(kills, options)
        if not options.postgresql:
            return await work(f"sqlite+aiosqlite:///{folder / 'test.db'}", folder)
        with running_cluster() as cluster:
            return await work(cluster.create(), folder)


if __name__ == "__main__":
    parser = options_of(__doc__)
    parser.add_argument("--cost", action="store_true")
    sys.exit(asyncio.run(main(parser.parse_args())))
