"""Vector stores as one process has them, with an embedding model that does as a test says."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.documents.document import Part
from earthshine.errors import ModelNotFound
from earthshine.harness.embedder import Embedder, Identity
from earthshine.harness.rerank import Reranker
from earthshine.harness.rewrite import QueryRewriter
from earthshine.metering.meter import Meter
from earthshine.metering.units import Amount
from earthshine.routing.router import Router
from earthshine.vector_stores.ingestion.run import IngestionRuns
from earthshine.vector_stores.schemas import FileAdd, StoreCreate
from earthshine.vector_stores.search.indexes import Indexes
from earthshine.vector_stores.search.passage_search import PassageSearch
from earthshine.vector_stores.store import add_store
from earthshine.vector_stores.store_files import Ingestions, get_file
from earthshine.vector_stores.tables import passages
from earthshine.vector_stores.upkeep import Upkeep
from earthshine.vector_stores.vector_stores import VectorStores
from tests.documents.server import OWNER, FakeReaders, Server
from tests.patience import PATIENCE

WHO = Caller("key", "p")
PAGES = [
    Part("page", str(page + 1), "\n\n".join(f"Page {page}, paragraph {n}: the {word} is here. " * 8 for n in range(9)))
    for page, word in enumerate(("moon", "sea", "cat", "book") * 10)
]


@dataclass
class FakeEmbedder:
    """Makes vectors of words, notes of which texts, and stops for ever after so many."""

    model: str = "fake"
    until: int | None = None
    gone: bool = False
    ranks: bool = False
    error: Exception | None = None
    """What it raises instead of a vector."""
    until_error: int | None = None
    """After so many texts."""

    def __post_init__(self) -> None:
        self.texts: list[str] = []

    async def identity(self, who: Caller) -> Identity:
        if self.gone:
            raise ModelNotFound("default-embedding", ())
        return Identity(self.model, 16)

    async def passages(self, texts: Sequence[str], who: Caller) -> list[list[float]]:
        if self.until is not None and len(self.texts) >= self.until:
            await asyncio.Event().wait()
        if self.error is not None and len(self.texts) >= (self.until_error or 0):
            raise self.error
        self.texts += texts
        return [self._vector(text) for text in texts]

    async def queries(self, texts: Sequence[str], who: Caller) -> list[list[float]]:
        if self.error is not None:
            raise self.error
        return [self._vector(text) for text in texts]

    async def answers(self, model: str) -> bool:
        return self.error is None and not self.gone

    def _vector(self, text: str) -> list[float]:
        vector = [0.01] * 16
        for word in text.lower().split():
            vector[hashlib.sha256((self.model + word).encode()).digest()[0] % 16] += 1
        return vector

    async def rerank(self, query: str, texts: Sequence[str], limit: int, who: Caller) -> list[tuple[int, float]] | None:
        """Judge the last passage best, if there is a re-ranker."""
        if self.ranks and self.error is not None:
            raise self.error
        return [(place, float(place)) for place in reversed(range(len(texts)))] if self.ranks else None

    def served(self, name: str) -> Any:
        """Say what a name stands for, as the router does, also where that cannot be used."""
        return self


class Stores(Server):
    """What ingests, as one process has it."""

    def __init__(self, database: Database, folder: Path, embedder: FakeEmbedder, readers: FakeReaders | None = None):
        super().__init__(database, folder, readers or FakeReaders(parts=PAGES))
        self.database = database
        ingestions = Ingestions(self.files, self.runs)
        indexes = Indexes(database, folder / "indexes")
        embeds = cast("Embedder", embedder)
        self.runs.register(IngestionRuns(database, self.documents, embeds, ingestions))
        self.charged: list[tuple[Caller, Amount, str]] = []
        ranks, routes = cast("Reranker", embedder), cast("Router", embedder)
        search = PassageSearch(database, indexes, embeds, ranks, cast("QueryRewriter", embedder))
        self.stores = VectorStores(database, ingestions, indexes, search)
        self.upkeep = Upkeep(database, ingestions, embeds, routes, cast("Meter", self))
        self.files.on_remove.append(self.stores.forget_files)
        self.documents.on_read.append(self.stores.file_was_read)

    async def make(self, *file_ids: str, owner: Owner = OWNER) -> str:
        async with self.database.write() as connection:
            store = (await add_store(connection, owner, StoreCreate(name="x"))).id
            await self.stores.ingestions.add(connection, store, [FileAdd(file_id=each) for each in file_ids], WHO)
        return store

    async def add(self, store: str, addition: FileAdd) -> None:
        async with self.database.write() as connection:
            await self.stores.ingestions.add(connection, store, [addition], WHO)

    async def file(self, store: str, file_id: str) -> Any:
        async with self.database.read() as connection:
            return await get_file(connection, store, file_id)

    async def ended(self, store: str, file_id: str) -> Any:
        async with asyncio.timeout(PATIENCE):
            while (row := await self.file(store, file_id)).status == "in_progress":
                await asyncio.sleep(0.02)
        return row

    async def texts(self, store: str, *, staged: bool = False) -> list[str]:
        seen = passages.c.change.is_(None) if staged else passages.c.change.is_not(None)
        query = select(passages.c.text).where(passages.c.vector_store_id == store, seen).order_by(passages.c.number)
        async with self.database.read() as connection:
            return list(await connection.scalars(query))

    async def found(self, store: str, query: str) -> list[str]:
        return [each.text for each in (await self.stores.search([store], [query], WHO, limit=5)).found]

    async def charge(self, caller: Caller, amount: Amount, work_id: str) -> None:
        """Take what is charged, as the meter does."""
        self.charged.append((caller, amount, work_id))


async def until(check: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await check():
            await asyncio.sleep(0.02)
