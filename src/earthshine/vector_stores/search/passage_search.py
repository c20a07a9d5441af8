"""Finding passages: each store by each query, the best of all together, ranked again where that is possible."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import exp, inf
from typing import Any, cast

from sqlalchemy import Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.errors import BrieflyLimited, Internal, ModelNotAllowed, ModelNotFound, Unavailable, UpstreamFailed
from earthshine.files.tables import files
from earthshine.harness.embedder import Embedder
from earthshine.harness.rerank import Reranker
from earthshine.harness.rewrite import QueryRewriter
from earthshine.vector_stores.ingestion.new_passages import embedded_text
from earthshine.vector_stores.search.filters import Condition
from earthshine.vector_stores.search.found import Found, Ranking, Results, found_of
from earthshine.vector_stores.search.indexes import Indexes
from earthshine.vector_stores.tables import passages, vector_store_files

log = logging.getLogger(__name__)

_CANDIDATES = 30
"""Passages of one query that are looked at again by whoever ranks them, or how many are wanted if that is more."""
_MOST_CACHED = 8
_EMBEDDING_SECONDS = 10.0
_RANKING_SECONDS = 30.0
_OUT_OF_ORDER = (BrieflyLimited, Internal, TimeoutError, Unavailable, UpstreamFailed)
"""What a model that helps raises where the search can go on without it."""


class PassageSearch:
    """Searches stores whose rows the caller has, and may see."""

    def __init__(
        self, database: Database, indexes: Indexes, embedder: Embedder, reranker: Reranker, rewriter: QueryRewriter
    ) -> None:
        self._database, self._indexes = database, indexes
        self._embedder, self._reranker, self._rewriter = embedder, reranker, rewriter
        self._missing: set[str] = set()
        """What did not answer when it was last asked."""
        self._attributes: dict[str, tuple[int, Sequence[tuple[int, Mapping[str, Any]]]]] = {}
        """Of the files of a store, as of a change."""

    async def search(
        self,
        stores: Sequence[Row[Any]],
        queries: Sequence[str],
        who: Caller,
        *,
        limit: int,
        condition: Condition | None,
        ranking: Ranking,
    ) -> Results:
        """Return the best passages of some stores, also when no model answers that would help."""
        wanted = max(limit, _CANDIDATES) if ranking.rerank else limit
        vectors = await self._vectors(stores, queries, who)
        within = [(store, await self._files(store, condition) if condition is not None else None) for store in stores]
        scores: dict[tuple[str, int], float] = {}
        ranks: dict[tuple[str, int], int] = {}
        for query in queries:
            hits: list[tuple[float, tuple[str, int]]] = []
            for store, numbers in within:
                if numbers is None or numbers:
                    vector = vectors.get((store.embedding, query))
                    there = await self._indexes.search(
                        store, query, vector, limit=wanted, files=numbers, weights=ranking.weights
                    )
                    hits += [(hit.score, (store.id, hit.id)) for hit in there]
            for rank, (score, key) in enumerate(sorted(hits, key=lambda hit: (-hit[0], hit[1]))):
                scores[key] = max(scores.get(key, 0.0), score)
                ranks[key] = min(ranks.get(key, rank), rank)
        # Each query's best are among them: the scores of a poor query may all be higher than those of a good one.
        best = sorted(scores, key=lambda key: (ranks[key], -scores[key], key))[:wanted]
        found = [replace(each, score=scores[each.vector_store_id, each.id]) for each in await self._load(best)]
        if ranking.rerank:
            found = await self._reranked(found, queries, who)
        good = [each for each in found if each.score >= ranking.threshold][:limit]
        return Results(sorted(good, key=lambda each: -each.score), queries, by_meaning=bool(vectors))

    async def rewrite(self, query: str, who: Caller) -> str:
        """Return a query in words that find more, or as it is where no model writes any now.

        Raises `ModelNotFound` where there is no chat model.
        """
        try:
            written = await self._rewriter.rewrite(query, who)
        except _OUT_OF_ORDER as error:
            self._note("rewritten queries", error)
            return query
        self._note("rewritten queries")
        return written

    async def _reranked(self, found: list[Found], queries: Sequence[str], who: Caller) -> list[Found]:
        """Order passages by the query that each answers best, where a model is installed that judges that."""
        texts = [embedded_text(each.heading, each.text) for each in found]
        judged: dict[int, float] = {}
        try:
            async with asyncio.timeout(_RANKING_SECONDS):
                for query in dict.fromkeys(queries):
                    ranked = await self._reranker.rerank(query, texts, len(texts), who)
                    if ranked is None:
                        return found
                    for place, judgement in ranked:
                        judged[place] = max(judged.get(place, -inf), judgement)
        except _OUT_OF_ORDER as error:
            self._note("the re-ranker", error)
            return found
        self._note("the re-ranker")
        order = sorted(judged, key=lambda place: (-judged[place], place))
        return [replace(found[place], score=_probability(judged[place])) for place in order]

    async def _vectors(
        self, stores: Sequence[Row[Any]], queries: Sequence[str], who: Caller
    ) -> dict[tuple[str, str], Sequence[float]]:
        """Return each query's vector, for the stores whose vectors the model of now makes."""
        if not any(store.embedding for store in stores):
            return {}
        try:
            async with asyncio.timeout(_EMBEDDING_SECONDS):
                model, _ = await self._embedder.identity(who)
                if not any(store.embedding == model for store in stores):
                    return {}
                asked = list(dict.fromkeys(queries))
                made = await self._embedder.queries(asked, who)
        except (ModelNotAllowed, ModelNotFound):
            return {}
        except _OUT_OF_ORDER as error:
            self._note("vectors", error)
            return {}
        self._note("vectors")
        return {(model, query): vector for query, vector in zip(asked, made, strict=True)}

    def _note(self, what: str, error: Exception | None = None) -> None:
        """Log once that something does not answer, and once that it does again."""
        if error is not None and what not in self._missing:
            log.warning("searches go on without %s: %s", what, error or "no answer in time")
        elif error is None and what in self._missing:
            log.info("searches have %s again", what)
        (self._missing.add if error is not None else self._missing.discard)(what)

    async def _files(self, store: Row[Any], condition: Condition) -> set[int]:
        """Return the numbers of the files that a filter wants."""
        cached = self._attributes.get(store.id)
        if cached is None or cached[0] != store.change:
            query = select(vector_store_files.c.number, vector_store_files.c.attributes).where(
                vector_store_files.c.vector_store_id == store.id
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
            cached = (store.change, [(row.number, cast("Mapping[str, Any]", row.attributes or {})) for row in rows])
            self._attributes.pop(store.id, None)
            self._attributes[store.id] = cached
            while len(self._attributes) > _MOST_CACHED:
                del self._attributes[next(iter(self._attributes))]
        return {number for number, attributes in cached[1] if condition(attributes)}

    async def _load(self, keys: Collection[tuple[str, int]]) -> list[Found]:
        """Return passages in the order of their keys; one that is gone since is left out."""
        by_store: dict[str, list[int]] = {}
        for store_id, number in keys:
            by_store.setdefault(store_id, []).append(number)
        loaded: dict[tuple[str, int], Found] = {}
        async with self._database.read() as connection:
            for store_id, numbers in by_store.items():
                query = (
                    select(passages, files.c.filename, vector_store_files.c.attributes)
                    .join(files, files.c.id == passages.c.file_id)
                    .join(
                        vector_store_files,
                        (vector_store_files.c.vector_store_id == passages.c.vector_store_id)
                        & (vector_store_files.c.file_id == passages.c.file_id),
                    )
                    .where(
                        passages.c.vector_store_id == store_id,
                        passages.c.id.in_(numbers),
                        passages.c.change.is_not(None),
                    )
                )
                for row in await connection.execute(query):
                    loaded[store_id, row.id] = found_of(row)
        return [loaded[key] for key in keys if key in loaded]


def _probability(judgement: float) -> float:
    """Return a re-ranker's judgement, which may be any number, in the range of scores."""
    return 1 / (1 + exp(-max(-50.0, min(50.0, judgement))))
