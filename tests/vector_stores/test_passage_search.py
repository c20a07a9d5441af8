"""Finding passages: also when no model answers, by weights, and in an index that was lost."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from earthshine.database import Database
from earthshine.errors import BrieflyLimited, EngineFailed, ModelBroken, ModelNotAllowed, QuotaExceeded, UpstreamFailed
from earthshine.search.store_index import Hit
from earthshine.vector_stores.schemas import RankingOptions
from earthshine.vector_stores.search import passage_search
from earthshine.vector_stores.search.found import Ranking, Results
from earthshine.vector_stores.store import get_store
from earthshine.vector_stores.tables import removed_passages, vector_stores
from tests.documents.server import add_file
from tests.vector_stores.server import WHO, FakeEmbedder, Stores


@dataclass
class World:
    server: Stores
    embedder: FakeEmbedder
    store: str
    file: str

    async def search(self, query: str, limit: int = 5, **options: Any) -> Results:
        ranking = Ranking.of(RankingOptions.model_validate(options))
        return await self.server.stores.search([self.store], [query], WHO, limit=limit, ranking=ranking)

    async def row(self) -> Any:
        async with self.server.database.read() as connection:
            return await get_store(connection, self.store, "p")


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncGenerator[World]:
    embedder = FakeEmbedder()
    async with Stores(database, tmp_path, embedder).open() as server:
        file = await add_file(server, database)
        store = await server.make(file)
        await server.ended(store, file)
        yield World(server, embedder, store, file)


@pytest.mark.parametrize("error", [EngineFailed, UpstreamFailed, ModelBroken, BrieflyLimited])
async def test_words_are_found_when_no_engine_answers(
    world: World, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert (await world.search("moon")).by_meaning
    world.embedder.error = error("Nobody is there.")
    for _ in range(3):
        found = await world.search("moon")
        assert not found.by_meaning
        assert "moon" in found.found[0].text
    world.embedder.error = None
    assert (await world.search("moon")).by_meaning
    told = [each.message for each in caplog.records if "searches" in each.message]
    assert told == ["searches go on without vectors: Nobody is there.", "searches have vectors again"]


async def test_words_are_found_where_the_project_may_not_embed(world: World) -> None:
    world.embedder.error = ModelNotAllowed("fake", "Project `p`")
    assert not (await world.search("moon")).by_meaning


async def test_who_has_no_money_left_is_told(world: World) -> None:
    world.embedder.error = QuotaExceeded("No money is left.")
    with pytest.raises(QuotaExceeded):
        await world.search("moon")


async def test_an_engine_that_is_too_slow_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait(*_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(passage_search, "_EMBEDDING_SECONDS", 0.05)
    monkeypatch.setattr(world.embedder, "queries", wait)
    found = await world.search("moon")
    assert found.found and not found.by_meaning


async def test_vectors_of_another_length_do_not_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def longer(texts: Any, _: Any) -> Any:
        return [[1.0] * 17 for _ in texts]

    monkeypatch.setattr(world.embedder, "queries", longer)
    assert "moon" in (await world.search("moon")).found[0].text


async def test_a_reranker_has_the_last_word_unless_nobody_wants_it(world: World) -> None:
    async def found(ranker: str) -> list[int]:
        hits = (await world.search("moon", 40, ranker=ranker)).found
        scores = [each.score for each in hits]
        assert scores == sorted(scores, reverse=True) and all(0 <= each <= 1 for each in scores)
        return [each.id for each in hits]

    world.embedder.ranks = True
    plain = await found("none")
    assert await found("auto") == plain[::-1]
    world.embedder.ranks = False
    assert await found("auto") == plain


async def test_a_reranker_that_does_not_answer_leaves_the_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> Any:
        raise EngineFailed("Nobody is there.")

    before = [each.id for each in (await world.search("moon")).found]
    monkeypatch.setattr(world.embedder, "rerank", fail)
    assert [each.id for each in (await world.search("moon")).found] == before


async def test_weights_say_how_much_words_and_meaning_count(world: World) -> None:
    async def found(text: float, embedding: float) -> list[str]:
        hybrid = {"text_weight": text, "embedding_weight": embedding}
        hits = (await world.search("moon", 50, ranker="none", hybrid_search=hybrid)).found
        return [each.text for each in hits]

    words, meaning = await found(1, 0), await found(0, 1)
    assert words and all("moon" in each for each in words)
    assert len(meaning) > len(words)
    # Words that count the same everywhere leave the order to meaning.
    assert set((await found(1000, 0.001))[: len(words)]) == set(words)
    assert (await found(0.001, 1000))[:5] == meaning[:5]


async def test_an_index_is_made_again_of_the_rows(world: World, tmp_path: Path) -> None:
    before = [each.id for each in (await world.search("book")).found]
    # By hand, under a server that uses it.
    shutil.rmtree(tmp_path / "indexes")
    assert [each.id for each in (await world.search("book")).found] == before
    await world.server.stores.indexes.rebuild(world.store)
    change, last = await world.server.stores.indexed(world.store, "p")
    assert (change, last) == (0, (await world.row()).change)
    assert [each.id for each in (await world.search("book")).found] == before
    assert await world.server.stores.indexed(world.store, "p") == (last, last)


async def test_an_index_begins_anew_that_missed_forgotten_removals(world: World, database: Database) -> None:
    assert (await world.search("moon")).found
    # Everything is removed and forgotten, which this index has not heard of.
    async with database.write() as connection:
        await world.server.stores.ingestions.remove(connection, world.store, [world.file])
        await connection.execute(delete(removed_passages))
        await connection.execute(update(vector_stores).values(forgotten=vector_stores.c.change))
    opened = world.server.stores.indexes._open[world.store]
    assert (await world.search("moon")).found == []
    assert world.server.stores.indexes._open[world.store] is not opened
    async with database.read() as connection:
        assert (await connection.execute(select(removed_passages))).all() == []


async def test_the_best_of_each_query_are_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that many passages answer a little better leaves a place to what another finds."""
    passages = [each.id for each in (await world.search("moon", 50, ranker="none")).found]
    lists = {"poor": [(each, 0.9) for each in passages[:5]], "good": [(passages[5], 0.6), (passages[0], 0.3)]}

    async def hits(_store: Any, query: str, _vector: Any, *, limit: int, **_: Any) -> list[Hit]:
        return [Hit(each, score, 1, 1) for each, score in lists[query][:limit]]

    monkeypatch.setattr(world.server.stores._search._indexes, "search", hits)
    found = (await world.server.stores.search([world.store], ["poor", "good"], WHO, limit=3)).found
    assert [each.id for each in found] == [passages[0], passages[1], passages[5]]
    assert [each.score for each in found] == [0.9, 0.9, 0.6]
