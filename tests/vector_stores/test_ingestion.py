"""Ingestion as a run: cut anywhere it goes on, embeds nothing twice, and shows all of a file at once."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.documents.document import Part
from earthshine.errors import Conflict, InvalidRequest, ModelNotFound, NotFound
from earthshine.harness.embedder import Embedder, Identity
from earthshine.harness.rerank import Reranker
from earthshine.routing.router import Router
from earthshine.vector_stores.indexes import Indexes
from earthshine.vector_stores.ingestion import IngestionRuns
from earthshine.vector_stores.schemas import FileAdd, StoreCreate
from earthshine.vector_stores.search import Ranking
from earthshine.vector_stores.store import add_store, get_store
from earthshine.vector_stores.store_files import Ingestions, get_file
from earthshine.vector_stores.tables import passages, removed_passages, vector_stores
from earthshine.vector_stores.vector_stores import VectorStores
from tests.documents.server import OWNER, FakeReaders, Server, add_file

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

    def __post_init__(self) -> None:
        self.texts: list[str] = []

    async def identity(self, who: Caller) -> Identity:
        if self.gone:
            raise ModelNotFound("default-embedding", ())
        return Identity(self.model, 16)

    async def passages(self, texts: Sequence[str], who: Caller) -> list[list[float]]:
        if self.until is not None and len(self.texts) >= self.until:
            await asyncio.Event().wait()
        self.texts += texts
        return [self._vector(text) for text in texts]

    async def query(self, text: str, who: Caller) -> list[float]:
        return self._vector(text)

    def _vector(self, text: str) -> list[float]:
        vector = [0.01] * 16
        for word in text.lower().split():
            vector[hashlib.sha256((self.model + word).encode()).digest()[0] % 16] += 1
        return vector

    async def rerank(self, query: str, texts: Sequence[str], limit: int, who: Caller) -> list[tuple[int, float]] | None:
        """Judge the last passage best, if there is a re-ranker."""
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
        ranks, routes = cast("Reranker", embedder), cast("Router", embedder)
        self.stores = VectorStores(database, ingestions, indexes, embeds, ranks, routes)
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
        async with asyncio.timeout(30):
            while (row := await self.file(store, file_id)).status == "in_progress":
                await asyncio.sleep(0.02)
        return row

    async def texts(self, store: str, *, staged: bool = False) -> list[str]:
        seen = passages.c.change.is_(None) if staged else passages.c.change.is_not(None)
        query = select(passages.c.text).where(passages.c.vector_store_id == store, seen).order_by(passages.c.number)
        async with self.database.read() as connection:
            return list(await connection.scalars(query))

    async def found(self, store: str, query: str) -> list[str]:
        return [each.text for each in await self.stores.search([store], [query], WHO, limit=5)]


async def until(check: Any) -> None:
    async with asyncio.timeout(30):
        while not await check():
            await asyncio.sleep(0.02)


async def test_a_cut_ingestion_embeds_nothing_again_that_was_stored(database: Database, tmp_path: Path) -> None:
    cut = FakeEmbedder(until=64)
    async with Stores(database, tmp_path, cut).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)

        async def staged() -> bool:
            return len(await server.texts(store, staged=True)) == 64

        await until(staged)
        # Nothing of it is seen before all of it is.
        assert await server.texts(store) == []
        assert await server.found(store, "moon") == []
    rest, readers = FakeEmbedder(), FakeReaders(parts=PAGES)
    async with Stores(database, tmp_path, rest, readers).open() as server:
        row = await server.ended(store, file_id)
        assert (row.status, row.embedding) == ("completed", "fake")
        texts = await server.texts(store)
        assert "".join("".join(texts).split()) == "".join("".join(part.text for part in PAGES).split())
        assert row.passages == len(texts) == len(set(texts))
        assert rest.texts and not set(cut.texts) & set(rest.texts)
        assert len(cut.texts) + len(rest.texts) == len(texts)
        assert readers.begun == []
        assert "moon" in (await server.found(store, "moon"))[0]
        assert await server.texts(store, staged=True) == []


async def test_another_chunking_keeps_vectors_of_what_is_the_same(database: Database, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    async with Stores(database, tmp_path, embedder).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)
        first, before = len(embedder.texts), await server.texts(store)
        assert await server.found(store, "cat")
        # Added again just so, nothing is embedded.
        await server.add(store, FileAdd(file_id=file_id))
        await server.ended(store, file_id)
        assert (len(embedder.texts), await server.texts(store)) == (first, before)
        static = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 20}}
        await server.add(store, FileAdd.model_validate({"file_id": file_id, "chunking_strategy": static}))
        await server.ended(store, file_id)
        after = await server.texts(store)
        assert len(after) > len(before)
        # The index has those of now alone.
        assert set(await server.found(store, "cat")) <= set(after)
        async with database.read() as connection:
            gone = await connection.scalar(select(func.count()).select_from(removed_passages))
        assert gone == 2 * len(before)


async def test_without_a_model_words_are_found_and_with_one_all_is_embedded(database: Database, tmp_path: Path) -> None:
    embedder = FakeEmbedder(gone=True)
    async with Stores(database, tmp_path, embedder).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        row = await server.ended(store, file_id)
        assert (row.status, row.embedding) == ("completed", "")
        assert "moon" in (await server.found(store, "moon"))[0]
        await server.stores._sweep()
        assert (await server.file(store, file_id)).run_id == row.run_id
        for model in ("fake", "another"):
            embedder.gone, embedder.model = False, model
            await server.stores._sweep()

            async def embedded(model: str = model) -> bool:
                return (await server.file(store, file_id)).embedding == model

            await until(embedded)
            assert (await server.file(store, file_id)).status == "completed"
            hits = await server.stores.search([store], ["moon"], WHO, limit=3)
            assert hits and "moon" in hits[0].text
            count = len(embedder.texts)
            await server.stores._sweep()
            await asyncio.sleep(0.3)
            assert len(embedder.texts) == count


async def test_a_lost_index_is_made_again_of_the_rows(database: Database, tmp_path: Path) -> None:
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)
        before = await server.found(store, "book")
        shutil.rmtree(tmp_path / "indexes")
        told: list[tuple[str, int, int]] = []
        counts = await server.stores.rebuild(progress=lambda *each: told.append(each))
        assert counts == {store: len(await server.texts(store))}
        assert told and told[-1][0] == store and told[-1][1] == told[-1][2]
        assert await server.found(store, "book") == before
    with pytest.raises(NotFound):
        await server.stores.rebuild("vs_none")


async def test_a_document_that_is_read_again_is_ingested_again(database: Database, tmp_path: Path) -> None:
    embedder, readers = FakeEmbedder(), FakeReaders(parts=PAGES)
    async with Stores(database, tmp_path, embedder, readers).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)
        count = len(embedder.texts)
        readers.pages = [*PAGES[:-1], Part("page", "last", "Something about a volcano.")]
        await server.documents.begin(file_id, again=True)

        async def changed() -> bool:
            return "Something about a volcano." in await server.texts(store)

        await until(changed)
        # Only what changed was embedded.
        assert embedder.texts[count:] == ["Something about a volcano."]
        assert (await server.found(store, "volcano"))[0] == "Something about a volcano."


async def test_an_expired_store_has_no_passages_any_more(database: Database, tmp_path: Path) -> None:
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)
        async with database.write() as connection:
            await connection.execute(update(vector_stores).values(expires_days=1, expires_at=int(time.time()) - 1))
        with pytest.raises(Conflict):
            await server.found(store, "moon")
        await server.stores._sweep()
        assert await server.texts(store) == []
        assert (await server.file(store, file_id)).status == "completed"
        async with database.read() as connection:
            assert (await get_store(connection, store, "p")).expired


async def test_a_person_is_erased_with_stores_and_with_files_in_others(database: Database, tmp_path: Path) -> None:
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        hers, others = await add_file(server, database, Owner("p", "user_1")), await add_file(server, database)
        who = Caller("sess", "p", user="user_1")
        async with database.write() as connection:
            own = (await add_store(connection, Owner("p", "user_1"), StoreCreate(name="x"))).id
            shared = (await add_store(connection, Owner("p", ""), StoreCreate(name="y"))).id
            both = [FileAdd(file_id=hers), FileAdd(file_id=others)]
            for store in (own, shared):
                await server.stores.ingestions.add(connection, store, both, who)
            # Nobody else puts her file anywhere.
            with pytest.raises(NotFound):
                await server.stores.ingestions.add(connection, shared, both, WHO)
        for store in (own, shared):
            for file_id in (hers, others):
                assert (await server.ended(store, file_id)).status == "completed"
        await server.stores.erase("user_1")
        await server.files.erase("user_1")
        with pytest.raises(NotFound):
            await server.found(own, "moon")
        async with database.read() as connection:
            left = set(await connection.scalars(select(passages.c.file_id)))
        assert left == {others}
        found = await server.stores.search([shared], ["moon"], WHO, limit=50)
        assert {each.file_id for each in found} == {others}


async def test_a_project_whose_room_is_taken_adds_no_more_files(database: Database, tmp_path: Path) -> None:
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        first, second = await add_file(server, database), await add_file(server, database)
        store = await server.make(first)
        taken = (await server.ended(store, first)).bytes
        assert taken > sum(len(part.text) for part in PAGES)
        server.files.blobs._quota = taken - 1
        with pytest.raises(InvalidRequest) as refused:
            await server.add(store, FileAdd(file_id=second))
        assert refused.value.code == "storage_limit_exceeded"
        server.files.blobs._quota = taken + 100
        await server.add(store, FileAdd(file_id=second))
        assert (await server.ended(store, second)).status == "completed"


async def test_a_reranker_has_the_last_word_unless_nobody_wants_it(database: Database, tmp_path: Path) -> None:
    embedder = FakeEmbedder(ranks=True)
    async with Stores(database, tmp_path, embedder).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)

        async def found(*, rerank: bool) -> list[int]:
            hits = await server.stores.search([store], ["moon"], WHO, limit=40, ranking=Ranking(rerank))
            scores = [each.score for each in hits]
            assert scores == sorted(scores, reverse=True) and all(0 <= each <= 1 for each in scores)
            return [each.id for each in hits]

        plain = await found(rerank=False)
        assert await found(rerank=True) == plain[::-1]
        embedder.ranks = False
        assert await found(rerank=True) == plain
