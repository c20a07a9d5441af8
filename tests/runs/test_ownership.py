"""One process performs a run, and a commit of one that lost it stores nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database
from earthshine.instances import Instances
from earthshine.runs import RunRecord
from earthshine.runs.journal.batch import Batch
from earthshine.runs.journal.journal import Journal, JournalStream
from earthshine.runs.journal.remote import RemoteStreams
from earthshine.runs.journal.stream import TakenOver
from earthshine.runs.ownership import Ownership
from earthshine.runs.store import add_events, remove_runs
from earthshine.runs.tables import run_events, runs
from tests.patience import PATIENCE

ANY = {"work": None}
"""Kinds that a process takes up, any number of each."""


@dataclass
class Process:
    """What one server process has of all this."""

    database: Database
    instances: Instances
    ownership: Ownership
    journal: Journal

    async def make(self, *ids: str) -> list[JournalStream]:
        """Begin runs here."""
        async with self.database.write() as connection:
            for run_id in ids:
                record = RunRecord(run_id, "work", "default", Caller("k", "default"), "running", owner=self.id)
                await connection.execute(insert(runs).values(**record.values()))
                await add_events(connection, run_id, [event(0)])
        return [self.journal.stream(run_id, [event(0)]) for run_id in ids]

    @property
    def id(self) -> str:
        return self.ownership.id


def event(number: int) -> bytes:
    return b'{"type":"t","n":%d}' % number


async def open_process(url: str, name: str) -> Process:
    database = await Database.open(url)
    instances = Instances(database, name, dead_after=60)
    await instances.open()
    ownership = Ownership(database, instances)
    journal = Journal(database, 0.01, ownership.held)
    journal.start()
    return Process(database, instances, ownership, journal)


@pytest.fixture
async def pair(postgres_with_tables: str) -> AsyncGenerator[tuple[Process, Process]]:
    url = postgres_with_tables
    both = await open_process(url, "first"), await open_process(url, "second")
    yield both
    for process in both:
        await process.journal.close()
        await process.instances.close()
        await process.database.close()


async def move(process: Process, *ids: str) -> None:
    """Let runs belong to a process, as if it had claimed them."""
    async with process.database.write() as connection:
        await connection.execute(update(runs).where(runs.c.id.in_(ids)).values(owner=process.id))


async def numbers(process: Process, run_id: str) -> list[int]:
    query = select(run_events.c.sequence_number).where(run_events.c.run_id == run_id)
    async with process.database.read() as connection:
        return list(await connection.scalars(query.order_by(run_events.c.sequence_number)))


async def test_who_lost_a_run_stores_nothing_for_it(pair: tuple[Process, Process]) -> None:
    first, second = pair
    lost, kept = await first.make("run_lost", "run_kept")
    told: list[str] = []
    lost.on_lost = lambda: told.append("lost")
    await move(second, "run_lost")
    lost.append(event(1))
    kept.append(event(1))
    await kept.end()
    assert (lost.lost, lost.ended, lost.events, told) == (True, True, [event(0)], ["lost"])
    assert (kept.lost, kept.events) == (False, [event(0), event(1)])
    assert await numbers(second, "run_lost") == [0]
    # What it goes on to say is dropped, also after its new owner has died and it is ours again.
    await move(first, "run_lost")
    lost.append(event(2))
    with pytest.raises(TakenOver):
        await lost.end()
    assert await numbers(second, "run_lost") == [0]


async def test_an_end_is_stored_by_its_owner_only(pair: tuple[Process, Process]) -> None:
    first, second = pair
    (old,) = await first.make("run_1")
    await first.ownership.release(["run_1"])
    assert [row.id for row in await second.ownership.claim([], ANY)] == ["run_1"]
    new = second.journal.stream("run_1", [event(0)])

    async def finish(connection: Connection) -> None:
        await connection.execute(update(runs).values(status="completed"))

    old.append(event(1))
    with pytest.raises(TakenOver):
        await old.end(finish)
    new.append(event(1))
    await new.end(finish)
    assert await numbers(first, "run_1") == [0, 1]


async def test_a_deleted_run_is_lost(pair: tuple[Process, Process]) -> None:
    first, second = pair
    (stream,) = await first.make("run_1")
    async with second.database.write() as connection:
        await remove_runs(connection, ["run_1"])
    stream.append(event(1))
    with pytest.raises(TakenOver):
        await stream.end()
    assert await numbers(second, "run_1") == []


async def test_of_many_that_claim_at_once_one_gets_each(pair: tuple[Process, Process]) -> None:
    first, second = pair
    ids = [f"run_{number:03}" for number in range(120)]
    await first.make(*ids)
    await first.ownership.release(ids)
    third = Ownership(second.database, Instances(second.database, "third", dead_after=60))

    async def claim(ownership: Ownership) -> list[str]:
        mine: list[str] = []
        while rows := await ownership.claim(mine, ANY):
            mine += [row.id for row in rows]
        return mine

    shares = await asyncio.gather(*(claim(ownership) for ownership in (first.ownership, second.ownership, third)))
    assert sorted(run_id for share in shares for run_id in share) == ids


async def test_nothing_is_claimed_from_the_living(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.make("run_1")
    assert await second.ownership.claim([], ANY) == []
    assert await first.ownership.claim(["run_1"], ANY) == []
    # What nobody here writes although it is ours was left by a commit whose answer never came.
    assert [row.id for row in await first.ownership.claim([], ANY)] == ["run_1"]


async def test_who_is_asked_to_stop_hears_it_with_its_next_commit(pair: tuple[Process, Process]) -> None:
    first, second = pair
    asked: list[str] = []
    first.ownership.on_stop_requested = asked.extend
    (stream,) = await first.make("run_1")
    await second.ownership.request_stop("run_1")
    assert (await first.ownership.look(["run_1", "run_gone"])).lost == {"run_gone"}
    assert (await first.ownership.look(["run_1"])).stop_requested == {"run_1"}
    stream.append(event(1))
    await stream.end()
    assert asked == ["run_1"]


async def test_a_commit_whose_answer_was_lost_is_made_once(
    pair: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pair
    (stream,) = await first.make("run_1")
    real = Batch.publish
    cuts = 1

    def cut(*args: object) -> None:
        nonlocal cuts
        if cuts:
            cuts -= 1
            raise ConnectionError("after the commit")
        real(*args)

    monkeypatch.setattr(Batch, "publish", cut)
    for number in range(1, 4):
        stream.append(event(number))
    await stream.end()
    assert stream.events == [event(number) for number in range(4)]
    assert await numbers(first, "run_1") == [0, 1, 2, 3]


async def test_a_remote_stream_grows_ends_and_shares_one_look(pair: tuple[Process, Process]) -> None:
    first, second = pair
    streams = await first.make("run_1", "run_2")
    remote = RemoteStreams(second.database, second.journal)

    async def read(run_id: str, after: int) -> list[bytes]:
        async with remote.follow(run_id) as stream:
            return [one async for batch in stream.read(after) for one in batch]

    readers = [asyncio.create_task(read(key, after)) for key in ("run_1", "run_2") for after in (-1, 2)]

    async def finish(connection: Connection) -> None:
        await connection.execute(update(runs).where(runs.c.id == "run_1").values(status="completed"))

    for number in range(1, 50):
        for stream in streams:
            stream.append(event(number))
        await asyncio.sleep(0.002)
    await asyncio.gather(streams[0].end(finish), streams[1].end())
    whole = [event(number) for number in range(50)]
    assert await asyncio.wait_for(readers[0], PATIENCE) == whole
    assert await asyncio.wait_for(readers[1], PATIENCE) == whole[3:]
    # Deleted: its readers come to their end.
    async with first.database.write() as connection:
        await connection.execute(delete(runs).where(runs.c.id == "run_2"))
    assert await asyncio.wait_for(readers[2], PATIENCE) == whole
    assert await asyncio.wait_for(readers[3], PATIENCE) == whole[3:]
    await asyncio.sleep(0.2)
    assert remote._task is None and not remote._followed
