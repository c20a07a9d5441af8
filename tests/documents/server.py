"""A server as far as reading needs one, in this process, with readers that do as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self, cast

from earthshine.accounts.authorization.ownership import Owner
from earthshine.blobs import Blobs
from earthshine.blobs.disk_store import DiskStore
from earthshine.database import Database
from earthshine.documents.document import Heads, Part
from earthshine.documents.documents import Documents
from earthshine.documents.reading.child import DocumentReaders
from earthshine.documents.reading.run import ReadingRuns
from earthshine.documents.reading.seeing import Seeing
from earthshine.files.store import Files
from earthshine.instances import Instances
from earthshine.runs import Runs

PARTS = [Part("page", str(number + 1), f"Page {number}.\0") for number in range(100)]


class FakeReaders:
    """Yields pages, notes which, and stops for ever at one of them."""

    def __init__(self, until: int | None = None, error: Exception | None = None, parts: Sequence[Part] = PARTS) -> None:
        self.until, self.error, self.pages = until, error, parts
        self.read: list[int] = []
        self.begun: list[int] = []

    @asynccontextmanager
    async def reading(self, path: Path, name: str, first: int = 0) -> AsyncGenerator[Any]:
        self.begun.append(first)
        self.heads = Heads("pdf", len(self.pages), "A title\0")
        self.first = first
        yield self

    async def parts(self) -> AsyncGenerator[tuple[int, Part]]:
        for number in range(self.first, len(self.pages)):
            if number == self.until:
                if self.error is not None:
                    raise self.error
                await asyncio.Event().wait()
            self.read.append(number)
            yield number, self.pages[number]


class Server:
    """What reads, as one process has it."""

    def __init__(self, database: Database, folder: Path, readers: FakeReaders, seeing: Seeing | None = None) -> None:
        self.files = Files(database, Blobs(database, DiskStore(folder / "blobs", "n"), "n"))
        self.runs = Runs(database, Instances(database, "n"))
        kind = ReadingRuns(self.files, cast("DocumentReaders", readers), seeing)
        self.runs.register(kind)
        self.documents = Documents(database, self.files, self.runs, kind)
        self.files.on_remove.append(self.documents.forget)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Self]:
        self.runs.journal.start()
        await self.runs.open()
        yield self
        await self.runs.close()
        await self.runs.journal.close()


OWNER = Owner("p", "")
"""Whose files are that no test says anything else of."""


async def add_file(server: Server, database: Database, owner: Owner = OWNER, content: bytes = b"x") -> str:
    """Store a file; what it says, the readers make up."""
    async with server.files.blobs.incoming(100) as incoming:
        await incoming.write(content)
        await server.files.blobs.keep(incoming)
        async with database.write() as connection:
            return (await server.files.add(connection, incoming, owner, "a.pdf", "user_data"))["id"]
