"""Events are numbered, stored, and only then seen; nothing that was queued is dropped."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import select

from earthshine.database import Connection, Database
from earthshine.errors import NotFound, StorageFull
from earthshine.runs.journal import journal as journal_module
from earthshine.runs.journal.journal import Journal
from earthshine.runs.journal.stream import Stream, TakenOver
from earthshine.runs.tables import run_events
from tests.patience import PATIENCE


@pytest.fixture
async def journal(database: Database) -> AsyncGenerator[Journal]:
    opened = Journal(database, 0.01)
    opened.start()
    yield opened
    await opened.close()


async def collect(stream: Stream, after: int = -1) -> list[bytes]:
    return [event async for batch in stream.read(after) for event in batch]


def event(number: int) -> bytes:
    return b'{"type":"t","n":%d}' % number


async def test_a_reader_sees_only_what_is_stored(database: Database, journal: Journal) -> None:
    stream = journal.stream("run_1")

    async def read() -> int:
        seen = 0
        async for batch in stream.read():
            seen += len(batch)
            async with database.read() as connection:
                stored = (await connection.execute(select(run_events.c.sequence_number))).all()
            assert len(stored) >= seen
        return seen

    reader = asyncio.create_task(read())
    for number in range(200):
        stream.append(event(number), "x")
        if number % 7 == 0:
            await asyncio.sleep(0.002)
    await stream.end()
    assert await reader == 200
    loaded, raw = await journal.load("run_1")
    assert loaded == [event(number) for number in range(200)]
    assert raw == {0: "x" * 200}


async def test_readers_may_begin_anywhere_and_be_slow(journal: Journal) -> None:
    stream = journal.stream("run_1")

    async def slow() -> list[bytes]:
        seen: list[bytes] = []
        async for batch in stream.read(4):
            await asyncio.sleep(0.02)
            seen.extend(batch)
        return seen

    tasks = [asyncio.create_task(slow()), asyncio.create_task(collect(stream))]
    for number in range(50):
        stream.append(event(number))
        await asyncio.sleep(0.001)
    await stream.end()
    late = await collect(stream, 47)
    assert await tasks[0] == [event(number) for number in range(5, 50)]
    assert await tasks[1] == [event(number) for number in range(50)]
    assert late == [event(48), event(49)]
    assert await collect(stream, 1000) == []


async def test_many_streams_share_commits(database: Database) -> None:
    journal = Journal(database, 0.02)
    journal.waits = []
    journal.start()
    streams = [journal.stream(f"run_{number}") for number in range(50)]
    for number in range(10):
        for stream in streams:
            stream.append(event(number))
        await asyncio.sleep(0.005)
    await asyncio.gather(*(stream.end() for stream in streams))
    await journal.close()
    assert len(journal.waits) < 10
    assert all(len(stream.events) == 10 for stream in streams)


async def test_a_full_disk_delays_and_loses_nothing(
    database: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = journal.stream("run_1")
    real = journal._commit
    failures = 2

    async def full(batch: object) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise StorageFull("full")
        await real(batch)

    monkeypatch.setattr(journal, "_commit", full)
    stream.append(event(0))
    await asyncio.sleep(0.05)
    assert stream.events == []
    stream.append(event(1))
    await stream.end()
    assert stream.events == [event(0), event(1)]
    assert (await journal.load("run_1"))[0] == [event(0), event(1)]


async def test_what_ends_a_stream_is_stored_with_it_or_reported(journal: Journal) -> None:
    async def refuse(_: Connection) -> None:
        raise NotFound("gone")

    bad, good = journal.stream("run_bad"), journal.stream("run_good")
    bad.append(event(0))
    good.append(event(0))
    results = await asyncio.gather(bad.end(refuse), good.end(), return_exceptions=True)
    assert isinstance(results[0], NotFound)
    assert results[1] is None
    # The events themselves are kept, and readers come to their end.
    assert await collect(bad) == [event(0)]
    assert (await journal.load("run_bad"))[0] == [event(0)]


async def test_what_was_stored_is_not_kept_until_the_next_commit(journal: Journal) -> None:
    class Turn:
        """What an ending knows: a whole request, of tens of megabytes at worst."""

    turn = Turn()

    async def write(_connection: Connection, _turn: Turn = turn) -> None: ...

    kept = weakref.ref(turn)
    stored = journal.stream("resp_1").end(write)
    del turn, write
    await stored
    del stored
    await asyncio.sleep(0.05)
    gc.collect()
    assert kept() is None


async def test_closing_stores_what_was_queued(database: Database) -> None:
    journal = Journal(database, 5)
    journal.start()
    stream = journal.stream("run_1")
    stream.append(event(0))
    await asyncio.sleep(0.05)
    stream.append(event(1))
    await journal.close()
    assert (await journal.load("run_1"))[0] == [event(0), event(1)]


async def test_what_comes_after_the_end_is_left_to_the_next_server(database: Database) -> None:
    journal = Journal(database, 0.01)
    journal.start()
    stream = journal.stream("run_1")
    await journal.close()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(TakenOver):
            await stream.end()


async def test_nobody_waits_for_what_a_full_disk_did_not_take(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(database, 0.01)
    journal.start()

    async def full(*_: object) -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(journal, "_commit", full)
    stored = journal.stream("run_1").end()
    while not journal.stuck:
        await asyncio.sleep(0.01)
    monkeypatch.setattr(journal_module, "_LAST_COMMIT", 0.01)
    later = journal.stream("run_2").end()
    await journal.close()
    async with asyncio.timeout(PATIENCE):
        for each in (stored, later):
            with pytest.raises(TakenOver):
                await each


@pytest.mark.parametrize("steps", range(6))
async def test_it_is_closed_also_while_it_is_being_hurried(database: Database, steps: int) -> None:
    """`asyncio.wait_for` of Python 3.11 loses a cancellation that comes with what it waits for."""
    journal = Journal(database, 30.0)
    journal.start()
    await journal.stream("run_1").record(urgent=True)
    waiting = journal.stream("run_2").record()
    await asyncio.sleep(0.01)  # now it waits for its interval to pass, or to be hurried
    hurrying = journal.stream("run_3").record(urgent=True)
    for _ in range(steps):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):  # before it would be cancelled once more
        await journal.close()
        await asyncio.gather(waiting, hurrying, return_exceptions=True)


async def test_an_unstored_stream_is_readable_at_once() -> None:
    stream = Stream([event(0)])
    stream.append(event(1))
    await stream.end()
    assert await collect(stream) == [event(0), event(1)]
