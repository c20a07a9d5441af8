"""The run that reads: cut anywhere it goes on, and no part is read again that was committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.blobs import Blobs
from earthshine.blobs.disk_store import DiskStore
from earthshine.database import Database
from earthshine.documents.document import Heads, Part
from earthshine.documents.documents import Documents, Unread
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading import DocumentReaders
from earthshine.documents.reading_run import ReadingRuns
from earthshine.documents.tables import document_parts
from earthshine.files.store import Files
from earthshine.instances import Instances
from earthshine.runs import Runs

PARTS = [Part("page", str(number + 1), f"Page {number}.\0") for number in range(100)]


class FakeReaders:
    """Yields pages, notes which, and stops for ever at one of them."""

    def __init__(self, until: int | None = None, error: Exception | None = None) -> None:
        self.until, self.error = until, error
        self.read: list[int] = []
        self.begun: list[int] = []

    @asynccontextmanager
    async def reading(self, path: Path, name: str, first: int = 0) -> AsyncGenerator[Any]:
        self.begun.append(first)
        self.heads = Heads("pdf", len(PARTS), "A title\0")
        self.first = first
        yield self

    async def parts(self) -> AsyncGenerator[tuple[int, Part]]:
        for number in range(self.first, len(PARTS)):
            if number == self.until:
                if self.error is not None:
                    raise self.error
                await asyncio.Event().wait()
            self.read.append(number)
            yield number, PARTS[number]


class Server:
    """What reads, as one process has it."""

    def __init__(self, database: Database, folder: Path, readers: FakeReaders) -> None:
        self.files = Files(database, Blobs(database, DiskStore(folder / "blobs", "n"), "n"))
        self.runs = Runs(database, Instances(database, "n"))
        kind = ReadingRuns(self.files, cast("DocumentReaders", readers))
        self.runs.register(kind)
        self.documents = Documents(database, self.files, self.runs, kind)
        self.files.on_remove.append(self.documents.forget)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Server]:
        self.runs.journal.start()
        await self.runs.open()
        yield self
        await self.runs.close()
        await self.runs.journal.close()


async def add_file(server: Server, database: Database) -> str:
    async with server.files.blobs.incoming(100) as incoming:
        await incoming.write(b"x")
        await server.files.blobs.keep(incoming)
        async with database.write() as connection:
            return (await server.files.add(connection, incoming, Owner("p", ""), "a.pdf", "user_data"))["id"]


async def until(check: Any) -> None:
    async with asyncio.timeout(20):
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

        async def ended() -> bool:
            return (await server.runs.get(first.run_id)).status in ("cancelled", "failed")

        await until(ended)
        assert await server.documents.find(file_id) is None
