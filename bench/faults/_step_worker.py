"""A process that performs runs of several steps, for `step_kills.py`. It says in a log what it begins and ends."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import sys
from pathlib import Path
from typing import Any

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.instances import Instances
from earthshine.runs import Cut, Done, NewRun, Run, Runs, StepRecord, Unknown
from earthshine.runs.records import Status

CALLER = Caller("key", "project")
PIECES = 6
"""Events that the first step of a run writes."""


def note(folder: Path, what: str, step: StepRecord) -> None:
    """Add a line to the log of this process."""
    line = f"{what} {step.run_id} {step.number} {step.name}\n".encode()
    with (folder / "log").open("ab", buffering=0) as log:
        log.write(line)
    print(line.decode(), end="", flush=True)


class Helper:
    """A sub-run of one step."""

    name, at_once = "helper", 4

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def perform(self, run: Run) -> Any:
        """Look something up."""
        return await run.step("look", lambda step: self.look(step))

    async def look(self, step: StepRecord) -> Done:
        """Take a moment."""
        note(self.folder, "begin", step)
        await asyncio.sleep(0.03)
        return Done({"found": step.run_id})

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Nothing here has an effect."""
        raise NotImplementedError

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Tell readers."""
        run.emit(json.dumps({"type": "end", "status": status}).encode())
        await run.end(status, result=result, error=error)


class Chores(Helper):
    """A run that writes, has two outside effects, waits for another run and for the clock, and sums up."""

    name, at_once = "chores", 4

    async def perform(self, run: Run) -> Any:
        """Do the chores."""
        words = await run.step("write", lambda step: self.write(run, step))
        await run.step("keyed", lambda step: self.keyed(step), repeat="by_key")
        await run.step("blind", lambda step: self.blind(step), repeat="never")
        helper = await run.spawn("help", NewRun("helper", CALLER))
        [found] = await run.join(helper)
        await run.sleep("rest", 0.03)
        return await run.step("sum up", lambda step: self.sum_up(step, words, found))

    async def write(self, run: Run, step: StepRecord) -> Done:
        """Write what is missing of a text of six pieces, as a model does: from its stored prefix on."""
        note(self.folder, "begin", step)
        have = len(run.written.get(step.number, ""))
        for place in range(have, PIECES):
            run.emit(json.dumps({"type": "piece", "place": place}).encode(), raw=str(place))
            await asyncio.sleep(0.01)
        return Done({"words": PIECES}, usage={"tokens": PIECES})

    async def keyed(self, step: StepRecord) -> Done:
        """Add a line to a file, once for each idempotency key."""
        note(self.folder, "begin", step)
        await asyncio.sleep(0.02)
        with (self.folder / "keyed").open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if step.key.encode() not in file.read().split():
                file.write(step.key.encode() + b"\n")
        await asyncio.sleep(0.02)
        return Done()

    async def blind(self, step: StepRecord) -> Done:
        """Add a line to a file, as often as it is called."""
        note(self.folder, "begin", step)
        await asyncio.sleep(0.02)
        with (self.folder / "blind").open("ab", buffering=0) as file:
            file.write(step.run_id.encode() + b"\n")
        await asyncio.sleep(0.02)
        return Done()

    async def sum_up(self, step: StepRecord, words: Any, found: Any) -> Done:
        """Put together what came of it."""
        note(self.folder, "begin", step)
        await asyncio.sleep(0.02)
        return Done({**words, **found})

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Nobody can tell whether the line was written."""
        return Unknown(json.dumps({"type": "unknown", "step": step.number}).encode())


async def main(url: str, folder: Path, node: str) -> None:
    """Perform whatever is queued, until this process is killed."""
    database = await Database.open(url)
    instances = Instances(database, node, dead_after=1.0)
    await instances.open()
    runs = Runs(database, instances)
    runs.journal.start()
    runs.register(Chores(folder))
    runs.register(Helper(folder))
    print("ready", flush=True)
    await runs.open()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        # Whoever queues a run in another process says so, as a request would.
        del line
        runs.wake()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
