"""Runs in one process of a test: a kind whose work is a function, and what performs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.instances import Instances
from earthshine.runs import Cut, Done, NewRun, Run, RunRecord, Runs, StepRecord, Unknown
from earthshine.runs.records import UNFINISHED, Status
from tests.patience import PATIENCE

Perform = Callable[[Run], Awaitable[Any]]


class Job:
    """A kind for tests."""

    def __init__(self, name: str, perform: Perform, *, at_once: int | None = None) -> None:
        self.name = name
        self.at_once = at_once
        self.work = perform
        self.fate: Cut = Unknown(b'{"type":"unknown"}')
        """What `settle` says of steps that were cut."""

    async def perform(self, run: Run) -> Any:
        return await self.work(run)

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        return self.fate

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        run.emit(orjson.dumps({"type": "end", "status": status}))
        await run.end(status, result=result, error=error)


class Worker:
    """One process, as far as runs go."""

    def __init__(self, database: Database, instances: Instances) -> None:
        self.database = database
        self.instances = instances
        self.runs = Runs(database, instances, 0.01)
        self.runs.journal.start()

    def register(self, name: str, perform: Perform, *, at_once: int | None = None) -> Job:
        job = Job(name, perform, at_once=at_once)
        self.runs.register(job)
        return job

    async def queue(self, kind: str, *, project: str = "default", **more: Any) -> str:
        async with self.database.write() as connection:
            run_id = await self.runs.queue(connection, NewRun(kind, Caller("k", project), **more))
        self.runs.wake()
        return run_id

    async def ended(self, run_id: str) -> RunRecord:
        return await self.until(run_id, lambda record: record.status not in UNFINISHED)

    async def until(self, run_id: str, condition: Callable[[RunRecord], bool]) -> RunRecord:
        async with asyncio.timeout(PATIENCE):
            while not condition(record := await self.runs.get(run_id)):
                await asyncio.sleep(0.01)
        return record


@asynccontextmanager
async def worker(database: Database, node: str = "node") -> AsyncGenerator[Worker]:
    """Perform runs until the end of the block; then stop where they are, as a server that ends does."""
    instances = Instances(database, node, dead_after=1)
    await instances.open()
    opened = Worker(database, instances)
    try:
        yield opened
    finally:
        await opened.runs.close()
        await opened.runs.journal.close()
        await instances.close()


def returning(value: Any) -> Callable[[StepRecord], Awaitable[Done]]:
    """Return a step's work that gives `value` back."""

    async def work(step: StepRecord) -> Done:
        return Done(value)

    return work
