"""What happens to vector stores beside requests: charges, removals that are forgotten, engines that come back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.accounts.tables import projects
from earthshine.database import Database
from earthshine.errors import EngineFailed
from earthshine.metering.tables import ledger
from earthshine.vector_stores import upkeep
from earthshine.vector_stores.ingestion import vectors
from earthshine.vector_stores.schemas import FileAdd
from earthshine.vector_stores.store import get_store, sums_of
from earthshine.vector_stores.tables import passages, removed_passages
from tests.documents.server import add_file
from tests.metering.plain_meter import plain_meter
from tests.vector_stores.server import FakeEmbedder, Stores, until

STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}}


@pytest.fixture(autouse=True)
def _soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "_AGAIN_SECONDS", (0.01,))


async def test_a_file_is_found_by_words_until_its_engine_is_back(database: Database, tmp_path: Path) -> None:
    gone = EngineFailed("Nobody is there.")
    # It goes away between two steps.
    embedder = FakeEmbedder(error=gone, until_error=64)
    async with Stores(database, tmp_path, embedder).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        row = await server.ended(store, file_id)
        assert (row.status, row.error, row.embedding) == ("completed", None, "")
        assert len(embedder.texts) == 64 < row.passages
        assert "moon" in (await server.found(store, "moon"))[0]
        await server.upkeep.sweep()
        assert (await server.file(store, file_id)).run_id == row.run_id
        embedder.error = None
        await server.upkeep.sweep()

        async def embedded() -> bool:
            return (await server.file(store, file_id)).embedding == "fake"

        await until(embedded)
        assert (await server.file(store, file_id)).passages == row.passages


async def test_a_file_keeps_what_it_has_while_no_engine_embeds_it_again(database: Database, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    async with Stores(database, tmp_path, embedder).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        before = await server.ended(store, file_id)
        embedder.model, embedder.error, embedder.until_error = "another", EngineFailed("Nobody is there."), 0
        async with database.write() as connection:
            await server.stores.ingestions.refresh(connection, await server.file(store, file_id))

        async def ended() -> bool:
            return (await server.runs.get((await server.file(store, file_id)).run_id)).status == "failed"

        await until(ended)
        after = await server.file(store, file_id)
        assert (after.status, after.error, after.embedding) == ("completed", None, "fake")
        assert after.passages == before.passages and await server.found(store, "moon")


async def test_bytes_are_those_of_the_rows(database: Database, tmp_path: Path) -> None:
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)
        await server.add(store, FileAdd.model_validate({"file_id": file_id, "chunking_strategy": STATIC}))
        await server.ended(store, file_id)
        async with database.read() as connection:
            rows = (await connection.execute(select(passages).where(passages.c.vector_store_id == store))).all()
            shown = (await sums_of(connection, [store]))[store][1]
        assert shown == sum(len(f"{row.text}{row.heading}{row.label}".encode()) + len(row.vector) for row in rows)


async def test_a_store_is_charged_once_for_each_day(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        async with database.write() as connection:
            await connection.execute(projects.insert().values(id="p", organization="o", name="x", created_at=0))
        file_id = await add_file(server, database)
        store, _empty = await server.make(file_id), await server.make(owner=Owner("p", "user_1"))
        size = (await server.ended(store, file_id)).bytes
        today = int(time.time()) // 86_400

        async def charged() -> list[tuple[str, int, str, str]]:
            async with database.read() as connection:
                rows = (await connection.execute(select(ledger).order_by(ledger.c.id))).all()
            return [(row.id, row.quantity, row.organization, row.project) for row in rows]

        for _ in range(3):
            # As after each start of a server.
            async with plain_meter(database, tmp_path) as meter:
                server.upkeep._meter, server.upkeep._day = meter, 0
                await server.upkeep.sweep()
                await server.upkeep.sweep()
        first = (f"{store}:{today}:gigabyte_days", size, "o", "p")
        assert await charged() == [first]
        monkeypatch.setattr(upkeep.time, "time", lambda: (today + 1) * 86_400.0)
        async with plain_meter(database, tmp_path) as meter:
            server.upkeep._meter = meter
            await server.upkeep.sweep()
        assert await charged() == [first, (f"{store}:{today + 1}:gigabyte_days", size, "o", "p")]


async def test_removals_are_forgotten_when_there_are_more_than_passages(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_FEW_REMOVALS", 10)
    async with Stores(database, tmp_path, FakeEmbedder()).open() as server:
        file_id = await add_file(server, database)
        store = await server.make(file_id)
        await server.ended(store, file_id)

        async def removed() -> tuple[int, int]:
            server.upkeep._day = 0
            await server.upkeep.sweep()
            async with database.read() as connection:
                count = await connection.scalar(select(func.count()).select_from(removed_passages))
                return count or 0, (await get_store(connection, store, "p")).forgotten

        assert await server.found(store, "moon")
        few = len(await server.texts(store))
        for strategy, known in ((STATIC, few), (None, 0)):
            await server.add(store, FileAdd.model_validate({"file_id": file_id, "chunking_strategy": strategy}))
            await server.ended(store, file_id)
            count, forgotten = await removed()
            assert count == known
        async with database.read() as connection:
            assert forgotten == (await get_store(connection, store, "p")).change
        assert "moon" in (await server.found(store, "moon"))[0]
