"""JSON columns hold what was written, however long and wide, and others need not wait for it."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from sqlalchemy import JSON, Column, MetaData, Table, insert, select

from earthshine.database import Database, json_text

TABLE = Table("anything", MetaData(), Column("value", JSON))
WRITE = json_text.JSON["json_serializer"]


@pytest.mark.parametrize(
    "value",
    [
        {"text": "a" * 10**6 + "😀"},
        {"text": "é" * 10**6 + "😀é" * 1000, "more": [None, 1.5, '\\😀"']},
        ["😀" * 10**6],
        ["\U00010000x\U0010ffff" * 10**5],
        {"large": 2**70, "text": "a" * 10**6},
    ],
)
def test_long_text_is_written_whole_and_narrow(value: object) -> None:
    text = WRITE(value)
    assert json.loads(text) == value
    assert max(text) <= "\uffff"


async def test_long_values_are_written_beside_the_event_loop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[bool] = []
    dump = json_text._dump

    def watched(value: object) -> str:
        threads.append(threading.current_thread() is threading.main_thread())
        return dump(value)

    monkeypatch.setattr(json_text, "_dump", watched)
    values = [{"short": "text"}, {"long": "a😀" * 10**6}, {"many": [0] * 10**5}]
    async with database.write() as connection:
        await connection.run_sync(TABLE.metadata.create_all)
        threads.clear()
        for value in values:
            await connection.execute(insert(TABLE).values(value=value))
        found = list(await connection.scalars(select(TABLE.c.value)))
        await connection.run_sync(TABLE.metadata.drop_all)
    assert found == values
    assert threads == [True, False, False]


async def test_a_write_that_is_given_up_leaves_the_connection_usable(database: Database) -> None:
    async with database.write() as connection:
        await connection.run_sync(TABLE.metadata.create_all)

    async def store() -> None:
        async with database.write() as connection:
            await connection.execute(insert(TABLE).values(value={"long": "a😀" * 10**6}))

    storing = asyncio.create_task(store())
    await asyncio.sleep(0.05)
    storing.cancel()
    await asyncio.wait([storing])
    await store()
    async with database.write() as connection:
        assert len(list(await connection.scalars(select(TABLE.c.value)))) in (1, 2)
        await connection.run_sync(TABLE.metadata.drop_all)


async def test_text_that_was_written_before_is_put_in_as_it_is(database: Database) -> None:
    value = {"long": "a😀" * 10**6, "more": [None, "\\"]}
    written = json_text.JsonText.of(value)
    assert WRITE(written) is written
    async with database.write() as connection:
        await connection.run_sync(TABLE.metadata.create_all)
        await connection.execute(insert(TABLE).values(value=written))
        assert (await connection.scalars(select(TABLE.c.value))).one() == value
        await connection.run_sync(TABLE.metadata.drop_all)
