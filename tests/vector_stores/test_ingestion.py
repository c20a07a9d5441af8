"""Ingestion as a run: cut anywhere it goes on, embeds nothing twice, and shows all of a file at once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.documents.document import Part
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.vector_stores.schemas import FileAdd, StoreCreate
from earthshine.vector_stores.store import add_store, get_store
from earthshine.vector_stores.tables import passages, removed_passages, vector_stores
from tests.documents.server import FakeReaders, add_file
from tests.vector_stores.server import PAGES, WHO, FakeEmbedder, Stores, until


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
        await server.upkeep.sweep()
        assert (await server.file(store, file_id)).run_id == row.run_id
        for model in ("fake", "another"):
            embedder.gone, embedder.model = False, model
            await server.upkeep.sweep()

            async def embedded(model: str = model) -> bool:
                return (await server.file(store, file_id)).embedding == model

            await until(embedded)
            assert (await server.file(store, file_id)).status == "completed"
            assert "moon" in (await server.found(store, "moon"))[0]
            count = len(embedder.texts)
            await server.upkeep.sweep()
            await asyncio.sleep(0.3)
            assert len(embedder.texts) == count


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
        await server.upkeep.sweep()
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
        found = (await server.stores.search([shared], ["moon"], WHO, limit=50)).found
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
