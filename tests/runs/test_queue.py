"""Bounded kinds: priority first, then projects in turn, then age; and readers, wherever a run is performed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database
from earthshine.errors import NotFound, Unavailable
from earthshine.runs import Done, NewRun, Run, RunExists, RunRecord, StepRecord
from earthshine.runs.journal.batch import Batch
from tests.patience import PATIENCE
from tests.runs.workers import returning, worker


async def test_projects_take_turns_and_priority_comes_first(database: Database) -> None:
    order: list[str] = []

    async def perform(run: Run) -> Any:
        order.append((run.record.input or {})["name"])
        await asyncio.sleep(0.01)

    async with worker(database) as here:
        here.register("work", perform, at_once=1)
        queued = [await here.queue("work", project="many", input={"name": f"many {number}"}) for number in range(3)]
        queued += [await here.queue("work", project="few", input={"name": "few"})]
        queued += [await here.queue("work", project="many", priority=1, input={"name": "urgent"})]
        await here.runs.open()
        for run_id in queued:
            await here.ended(run_id)
    assert order == ["urgent", "few", "many 0", "many 1", "many 2"]


async def test_no_more_of_a_kind_run_than_its_bound(database: Database) -> None:
    running = most = 0
    full = asyncio.Event()

    async def perform(run: Run) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 3:
            full.set()
        await full.wait()
        await asyncio.sleep(0.02)
        running -= 1

    async with worker(database) as here:
        here.register("work", perform, at_once=3)
        await here.runs.open()
        for run_id in [await here.queue("work") for _ in range(10)]:
            await here.ended(run_id)
    assert most == 3


async def test_a_run_of_a_kind_that_nobody_performs_stays_queued(database: Database) -> None:
    async with worker(database) as here:
        await here.runs.open()
        run_id = await here.queue("later")
        await asyncio.sleep(0.1)
        assert (await here.runs.get(run_id)).status == "queued"
        await here.runs.open()
        here.register("later", returning_run)
        here.runs.wake()
        assert (await here.ended(run_id)).status == "completed"


async def returning_run(run: Run) -> Any:
    return await run.step("only", returning(1))


async def test_the_same_id_begins_once(database: Database) -> None:
    async with worker(database) as here:
        here.register("work", returning_run)
        await here.runs.open()
        new = NewRun("work", Caller("k", "default"), id="run_mine")
        run = await here.runs.start(new)
        with pytest.raises(RunExists):
            await here.runs.start(new)
        assert run.task is not None
        await run.task
        assert (await here.ended("run_mine")).result == 1
        with pytest.raises(NotFound):
            await here.runs.get("run_other")


async def test_readers_follow_a_run_through_its_waits(database: Database) -> None:
    async def perform(run: Run) -> Any:
        async def tell(step: StepRecord) -> Done:
            run.emit(b'{"type":"one"}')
            return Done()

        await run.step("tell", tell)
        await run.sleep("rest", 0.2)
        return None

    async with worker(database) as here:
        here.register("work", perform)
        await here.runs.open()
        run_id = await here.queue("work")
        await here.until(run_id, lambda record: record.status != "queued")
        run = here.runs.find(run_id)
        batches = here.runs.readers.follow(run) if run else await here.runs.readers.events(run_id)
        async with asyncio.timeout(PATIENCE):
            seen = [event async for batch in batches for event in batch]
        assert seen == [b'{"type":"one"}', b'{"type":"end","status":"completed"}']
        again = [event async for batch in await here.runs.readers.events(run_id, 0) for event in batch]
        assert again == seen[1:]


async def test_an_end_whose_commit_was_not_confirmed_is_stored_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken connection keeps the answer of a commit from us; the next try finds all of it there."""
    writes = 0

    async def perform(run: Run) -> Any:
        async def write(_: Connection) -> None:
            nonlocal writes
            writes += 1

        run.emit(b'{"type":"end"}')
        await run.end("completed", write, result="once")

    async with worker(database) as here:
        here.register("work", perform)
        publish, cuts = Batch.publish, 1

        def cut(*args: Any) -> None:
            nonlocal cuts
            if cuts:
                cuts -= 1
                raise ConnectionError("after the commit")
            publish(*args)

        monkeypatch.setattr(Batch, "publish", cut)
        await here.runs.open()
        run_id = await here.queue("work")
        async with asyncio.timeout(PATIENCE):
            while cuts or here.runs.count:
                await asyncio.sleep(0.01)
        assert (await here.runs.get(run_id)).result == "once"
        assert writes == 1
        events, _ = await here.runs.journal.load(run_id)
        assert events == [b'{"type":"end"}']


async def test_an_end_that_cannot_be_stored_is_followed_by_no_other(database: Database) -> None:
    ends: list[str] = []

    async def perform(run: Run) -> Any:
        async def refuse(_: Connection) -> None:
            raise Unavailable("The ledger cannot be written.")

        ends.append("completed")
        await run.end("completed", refuse)

    async with worker(database) as here:
        here.register("work", perform)
        await here.runs.open()
        run_id = await here.queue("work")
        async with asyncio.timeout(PATIENCE):
            while not ends or here.runs.count:
                await asyncio.sleep(0.01)
        assert (await here.runs.get(run_id)).status == "running"
        assert (await here.runs.journal.load(run_id))[0] == []
    assert ends == ["completed"]


async def test_a_run_that_begins_during_a_claim_is_performed_once(database: Database) -> None:
    """The claim was told what is busy before the run was stored, and finds it as one of this process that is not."""
    performed: list[str] = []
    go_on = asyncio.Event()

    async def perform(run: Run) -> None:
        performed.append(run.id)
        await go_on.wait()

    async with worker(database) as here:
        here.register("work", perform)
        claim = here.runs._ownership.claim
        begun: list[Run] = []

        async def slow_claim(busy: Collection[str], room: Mapping[str, int | None]) -> list[RunRecord]:
            if not begun:
                begun.append(await here.runs.start(NewRun("work", Caller("k", "default"))))
            return await claim(busy, room)

        here.runs._ownership.claim = slow_claim
        await here.runs.open()
        async with asyncio.timeout(PATIENCE):
            while not performed:
                await asyncio.sleep(0.01)
        await here.runs._dispatcher.claim()
        await asyncio.sleep(0.05)
        go_on.set()
        assert (await here.ended(begun[0].id)).status == "completed"
        assert performed == [begun[0].id]
