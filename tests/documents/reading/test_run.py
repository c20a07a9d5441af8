"""The run that reads: cut anywhere it goes on, and no part is read again that was committed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from earthshine.database import Database
from earthshine.documents.documents import Unread
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.tables import document_parts
from earthshine.errors import NotFound
from tests.documents.server import PARTS, FakeReaders, Server, add_file
from tests.patience import PATIENCE


async def until(check: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await check():
            await asyncio.sleep(0.01)


async def test_a_reading_that_was_cut_goes_on_after_its_last_part(database: Database, tmp_path: Path) -> None:
    cut = FakeReaders(until=40)
    async with Server(database, tmp_path, cut).open() as server:
        file_id = await add_file(server, database)
        await server.documents.begin(file_id)

        async def stored() -> bool:
            row = await server.documents.find(file_id)
            return row is not None and row.parts_read == 40

        # What was read in two seconds is committed, also where the next part does not come.
        await until(stored)
    rest = FakeReaders()
    async with Server(database, tmp_path, rest).open() as server:
        row = await server.documents.read(file_id)
        assert (row.state, row.parts, row.parts_read, row.kind, row.title) == ("read", 100, 100, "pdf", "A title\ufffd")
        assert (rest.begun, rest.read) == ([40], list(range(40, 100)))
        text = "\n\n".join(part.text.replace("\0", "\ufffd") for part in PARTS)
        assert await server.documents.text(file_id) == text
        assert row.characters == len(text)
        for start, end in ((0, 1), (5, 9), (7, 8), (8, 10), (100, 333), (len(text) - 3, len(text))):
            assert await server.documents.text(file_id, start, end) == text[start:end]
    async with database.read() as connection:
        numbers = list(await connection.scalars(select(document_parts.c.number)))
    assert sorted(numbers) == list(range(100))


async def test_a_file_that_cannot_be_read_says_why_and_is_not_tried_again(database: Database, tmp_path: Path) -> None:
    readers = FakeReaders(until=20, error=UnreadableFile("damaged", "Page 21 is cut."))
    async with Server(database, tmp_path, readers).open() as server:
        file_id = await add_file(server, database)
        for _ in range(2):
            with pytest.raises(Unread) as refused:
                await server.documents.read(file_id)
            assert refused.value.code == "damaged"
        assert len(readers.begun) == 1
        # Asked for, it is read anew.
        readers.until = None
        await server.documents.begin(file_id)
        assert (await server.documents.read(file_id)).parts_read == 100


async def test_a_reading_that_is_superseded_stores_nothing_more(database: Database, tmp_path: Path) -> None:
    readers = FakeReaders(until=30)
    async with Server(database, tmp_path, readers).open() as server:
        file_id = await add_file(server, database)
        first = await server.documents.begin(file_id)

        async def stored() -> bool:
            row = await server.documents.find(file_id)
            return row is not None and row.parts_read == 30

        await until(stored)
        await server.files.delete(file_id, "p")

        with pytest.raises(NotFound):
            await server.runs.get(first.run_id)
        readers.until = None
        await asyncio.sleep(0.5)
        async with database.read() as connection:
            assert (await connection.execute(select(document_parts))).all() == []
        assert await server.documents.find(file_id) is None
