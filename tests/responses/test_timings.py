"""When what happened: the moments of a run, and those that a journal still tells of one that was cut."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.instances import Instances
from earthshine.responses.reply.timings import Timings, kind_of, stored_timings, timings_of
from earthshine.responses.store import ResponseStore, StoredResponse
from earthshine.responses.tables import responses
from earthshine.runs import RunRecord
from earthshine.runs.journal.journal import Journal
from earthshine.runs.ownership import Ownership
from earthshine.runs.records import now_ms
from earthshine.runs.store import add_events
from earthshine.runs.tables import runs

CREATED, BEGUN = b'{"type":"response.created","x":1}', b'{"type":"response.in_progress"}'
PIECE, DONE = b'{"type":"response.output_text.delta","delta":"a"}', b'{"type":"response.output_text.done"}'


def test_only_the_first_piece_counts() -> None:
    timings = Timings(begun=5)
    timings.note_begin()
    timings.note_piece()
    first = timings.first_token
    assert timings.begun == 5 and first is not None and abs(first - now_ms()) < 5000
    timings.first_token = 7
    timings.note_piece()
    assert timings.first_token == 7


def test_a_journal_tells_when_its_response_began_and_first_spoke() -> None:
    assert timings_of([]) == Timings()
    assert timings_of([(CREATED, 1), (BEGUN, 2)]) == Timings(2, None)
    assert timings_of([(CREATED, 1), (BEGUN, 2), (PIECE, 30), (PIECE, 40), (DONE, 50)]) == Timings(2, 30)
    # Events of an earlier version have no times.
    assert timings_of([(CREATED, None), (BEGUN, None), (PIECE, None)]) == Timings()
    assert kind_of(PIECE) == "response.output_text.delta"


async def test_what_is_taken_up_again_keeps_its_first_moments_and_counts_how_often(database: Database) -> None:
    instances = Instances(database, "node", address="here", dead_after=5)
    await instances.open()
    try:
        ownership = Ownership(database, instances)
        store = ResponseStore(database)
        response = {"id": "resp_1", "model": "m", "created_at": 1, "error": None, "status": "in_progress"}
        row = StoredResponse("resp_1", Caller("key_1", "p"), "in_progress", True, None, None, {}, [], [], response)
        record = RunRecord("resp_1", "response", "p", row.caller, "running")
        async with database.write() as connection:
            await store.add(connection, row)
            await connection.execute(insert(runs).values(**record.values()))
            await add_events(connection, "resp_1", [CREATED, BEGUN])
        for times in (1, 2):
            assert [each.id for each in await ownership.claim((), {"response": None})] == ["resp_1"]
            async with database.read() as connection:
                assert (await connection.execute(select(runs.c.takeovers))).scalar_one() == times
        journal = Journal(database, 0)
        stream = journal.stream("resp_1", [CREATED, BEGUN])
        journal.start()
        stream.append(PIECE, "a")
        await stream.end()
        await journal.close()
        async with database.read() as connection:
            found = await stored_timings(connection, "resp_1")
        assert found.begun is not None and found.first_token is not None
        assert now_ms() - 60_000 < found.begun <= found.first_token <= now_ms()
        async with database.write() as connection:
            await store.finish(connection, {**response, "status": "completed"}, found)
        async with database.read() as connection:
            ended = (await connection.execute(select(responses))).one()
        assert (ended.begun_ms, ended.first_token_ms) == (found.begun, found.first_token)
        assert ended.accepted_ms <= ended.begun_ms <= ended.ended_ms
    finally:
        await instances.close()


async def test_a_row_of_an_earlier_version_has_no_times(database: Database) -> None:
    store = ResponseStore(database)
    response = {"id": "resp_1", "model": "m", "created_at": 1, "error": {"code": "server_error"}, "status": "failed"}
    row = StoredResponse("resp_1", Caller("key_1", "p"), "failed", False, None, None, {}, [], None, response)
    async with database.write() as connection:
        await store.add(connection, row)
        await connection.execute(update(responses).values(accepted_ms=None))
        await store.finish(connection, response)
    async with database.read() as connection:
        ended = (await connection.execute(select(responses))).one()
    assert (ended.accepted_ms, ended.begun_ms, ended.error_code) == (None, None, "server_error")
