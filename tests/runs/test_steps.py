"""A step that has ended is never done again; one that was cut is repeated, settled, or unknown, as it was declared."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import pytest

from earthshine.database import Database
from earthshine.errors import Conflict, EarthshineError, InvalidRequest, NotFound
from earthshine.runs import Done, Limits, NewRun, NotDone, Run, StepRecord
from earthshine.runs.records import Repeat
from earthshine.runs.steps import load_steps
from tests.patience import PATIENCE
from tests.runs.workers import Worker, returning, worker


async def _idle(here: Worker) -> None:
    """Return when no task performs a run: that a run waits is stored a moment before its task has ended."""
    async with asyncio.timeout(PATIENCE):
        while here.runs.count:
            await asyncio.sleep(0.01)


async def test_a_run_returns_what_its_steps_made(database: Database) -> None:
    async def perform(run: Run) -> Any:
        first = await run.step("first", returning(2))
        return first + await run.step("second", returning(3))

    async with worker(database) as here:
        here.register("sum", perform)
        await here.runs.open()
        record = await here.ended(await here.queue("sum"))
        assert (record.status, record.result) == ("completed", 5)
        steps = await load_steps(database, record.id)
        assert [(step.name, step.state, step.result) for step in steps.values()] == [
            ("first", "ended", 2),
            ("second", "ended", 3),
        ]
        events, _ = await here.runs.journal.load(record.id)
        assert events == [b'{"type":"end","status":"completed"}']


@pytest.mark.parametrize(("repeat", "times"), [("freely", 2), ("by_key", 2), ("never", 1)])
async def test_a_cut_step_goes_on_as_it_was_declared(database: Database, repeat: Repeat, times: int) -> None:
    did: list[str] = []
    hangs = True

    async def before(step: StepRecord) -> Done:
        did.append("before")
        return Done("kept")

    async def work(step: StepRecord) -> Done:
        did.append(step.key)
        if hangs:
            await asyncio.Event().wait()
        return Done("new")

    async def perform(run: Run) -> Any:
        return [await run.step("before", before), await run.step("cut", work, repeat=repeat)]

    async with worker(database) as here:
        here.register("work", perform)
        await here.runs.open()
        run_id = await here.queue("work")
        async with asyncio.timeout(PATIENCE):
            while len(did) < 2:
                await asyncio.sleep(0.01)
        # So that what was queued for storage is there when the process ends.
        await asyncio.sleep(0.1)
    hangs = False
    async with worker(database) as here:
        job = here.register("work", perform)
        job.fate = Done("settled")
        assert await here.runs.open() == 1
        record = await here.ended(run_id)
        assert record.result == ["kept", "settled" if repeat == "never" else "new"]
        assert record.takeovers == 1
    assert did == ["before", *[f"{run_id}:1"] * times]


@pytest.mark.parametrize(("answer", "result"), [("ended", "as seen"), ("due", "done now")])
async def test_what_nobody_knows_waits_for_an_answer(database: Database, answer: Any, result: str) -> None:
    hangs = True

    async def work(step: StepRecord) -> Done:
        if hangs:
            await asyncio.Event().wait()
        return Done("done now")

    async def perform(run: Run) -> Any:
        return await run.step("pay", work, repeat="never", details={"amount": 7})

    async with worker(database) as here:
        here.register("pay", perform)
        await here.runs.open()
        run_id = await here.queue("pay")
        async with asyncio.timeout(PATIENCE):
            while not await load_steps(database, run_id):
                await asyncio.sleep(0.01)
    hangs = False
    async with worker(database) as here:
        here.register("pay", perform)
        await here.runs.open()
        record = await here.until(run_id, lambda record: record.status == "waiting")
        assert record.owner is None
        await _idle(here)
        step = (await load_steps(database, run_id))[0]
        assert (step.state, step.details) == ("unknown", {"amount": 7})
        events, _ = await here.runs.journal.load(run_id)
        assert events == [b'{"type":"unknown"}']
        await here.runs.answer(run_id, 0, state=answer, result="as seen" if answer == "ended" else None)
        assert (await here.ended(run_id)).result == result
        if answer == "ended":
            await here.runs.answer(run_id, 0, state="ended", result="as seen")
        with pytest.raises(Conflict):
            await here.runs.answer(run_id, 0, state="ended", result="otherwise")
        with pytest.raises(NotFound):
            await here.runs.answer(run_id, 9)


async def test_a_step_that_had_no_effect_begins_again(database: Database) -> None:
    times = 0

    async def work(step: StepRecord) -> Done:
        nonlocal times
        times += 1
        if times == 1:
            await asyncio.Event().wait()
        return Done(times)

    async def perform(run: Run) -> Any:
        return await run.step("try", work, repeat="never")

    async with worker(database) as here:
        here.register("try", perform)
        await here.runs.open()
        run_id = await here.queue("try")
        async with asyncio.timeout(PATIENCE):
            while not times:
                await asyncio.sleep(0.01)
    async with worker(database) as here:
        here.register("try", perform).fate = NotDone()
        await here.runs.open()
        assert (await here.ended(run_id)).result == 2


async def test_a_failed_step_fails_again_with_the_same_words(database: Database) -> None:
    seen: list[EarthshineError] = []

    async def work(step: StepRecord) -> Done:
        raise InvalidRequest("No such file.", code="no_file")

    async def perform(run: Run) -> Any:
        try:
            await run.step("read", work)
        except EarthshineError as error:
            seen.append(error)
        await run.sleep("rest", 0.05)
        return "went on"

    async with worker(database) as here:
        here.register("read", perform)
        await here.runs.open()
        assert (await here.ended(await here.queue("read"))).result == "went on"
    assert [(error.code, error.message) for error in seen] == [("no_file", "No such file.")] * 2


async def test_the_limits_of_a_run_hold(database: Database) -> None:
    async def perform(run: Run) -> Any:
        for number in range(5):
            await run.step(f"step {number}", returning(number))

    async with worker(database) as here:
        here.register("many", perform)
        await here.runs.open()
        record = await here.ended(await here.queue("many", limits=Limits(steps=3)))
        assert record.status == "failed" and (record.error or {})["code"] == "run_limit_reached"
        assert len(await load_steps(database, record.id)) == 3
        record = await here.ended(await here.queue("many", limits=Limits(seconds=0)))
        assert record.status == "failed"


async def test_another_version_of_the_code_does_not_take_one_step_for_another(database: Database) -> None:
    async def first(run: Run) -> Any:
        await run.step("old", returning(1))
        await run.sleep("rest", 0.3)

    async def second(run: Run) -> Any:
        return await run.step("new", returning(2))

    async with worker(database) as here:
        here.register("work", first)
        await here.runs.open()
        run_id = await here.queue("work")
        await here.until(run_id, lambda record: record.status == "waiting")
    async with worker(database) as here:
        here.register("work", second)
        await here.runs.open()
        record = await here.ended(run_id)
        assert record.status == "failed" and "another version" in (record.error or {})["message"]


async def test_a_sub_run_ends_the_step_that_waits_for_it(database: Database) -> None:
    async def child(run: Run) -> Any:
        number = (run.record.input or {})["number"]
        if number == 2:
            raise InvalidRequest("Two is not allowed.", code="no_twos")
        return number * 10

    async def parent(run: Run) -> Any:
        numbers = [
            await run.spawn(f"child {each}", NewRun("child", run.record.caller, {"number": each})) for each in (1, 3)
        ]
        bad = await run.spawn("bad child", NewRun("child", run.record.caller, {"number": 2}))
        good = await run.join(*numbers)
        try:
            await run.join(bad)
        except EarthshineError as error:
            return [*good, error.code]

    async with worker(database) as here:
        here.register("child", child, at_once=1)
        here.register("parent", parent)
        await here.runs.open()
        assert (await here.ended(await here.queue("parent"))).result == [10, 30, "no_twos"]


async def test_stopping_a_run_stops_its_sub_runs(database: Database) -> None:
    async def child(run: Run) -> Any:
        await asyncio.Event().wait()

    async def parent(run: Run) -> Any:
        await run.join(await run.spawn("child", NewRun("child", run.record.caller, id=f"{run.id}_child")))

    async with worker(database) as here:
        here.register("child", child)
        here.register("parent", parent)
        await here.runs.open()
        run_id = await here.queue("parent")
        await here.until(run_id, lambda record: record.status == "waiting")
        await here.until(f"{run_id}_child", lambda record: record.status == "running")
        await here.runs.stop(run_id)
        assert (await here.ended(run_id)).status == "cancelled"
        assert (await here.ended(f"{run_id}_child")).status == "cancelled"


async def test_a_question_is_answered_once_whenever_the_answer_comes(database: Database) -> None:
    """Also when it comes while the run is about to wait for it."""

    async def perform(run: Run) -> Any:
        number = await run.ask("confirm", {"question": "Go on?"})
        await run.step("tell", returning(None), repeat="by_key")
        [said] = await run.join(number)
        return said

    async with worker(database) as here:
        here.register("ask", perform)
        await here.runs.open()
        for _ in range(20):
            run_id = await here.queue("ask")
            async with asyncio.timeout(PATIENCE):
                while not await load_steps(database, run_id):
                    await asyncio.sleep(0.001)
            await here.runs.answer(run_id, 0, result="yes")
            assert (await here.ended(run_id)).result == "yes"


async def test_a_wait_survives_a_restart_and_ends_on_time(database: Database) -> None:
    async def perform(run: Run) -> Any:
        await run.sleep("rest", 1.0)
        return "rested"

    async with worker(database) as here:
        here.register("rest", perform)
        await here.runs.open()
        run_id = await here.queue("rest")
        record = await here.until(run_id, lambda record: record.status == "waiting")
        await _idle(here)
    async with worker(database) as here:
        here.register("rest", perform)
        await here.runs.open()
        ended = await here.ended(run_id)
        assert ended.result == "rested" and ended.created_ms == record.created_ms


async def test_a_run_that_failed_holds_nothing_that_it_worked_on(database: Database) -> None:
    """Its error is kept, and would hold the frames that it came through until the garbage collector comes by."""

    class Large:
        pass

    held: list[weakref.ref[Large]] = []

    async def work(step: StepRecord) -> Done:
        large = Large()
        held.append(weakref.ref(large))
        raise InvalidRequest("It is too large.")

    async def perform(run: Run) -> Any:
        return await run.step("read", work)

    async with worker(database) as here:
        here.register("read", perform)
        await here.runs.open()
        gc.collect()
        gc.disable()
        try:
            assert (await here.ended(await here.queue("read"))).status == "failed"
            async with asyncio.timeout(PATIENCE):
                while held[0]() is not None:
                    await asyncio.sleep(0.01)
        finally:
            gc.enable()
