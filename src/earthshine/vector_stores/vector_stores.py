"""The service: what routes and tools do with vector stores, and what happens to them beside requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Privacy, is_person
from earthshine.catalog import DEFAULT_EMBEDDING
from earthshine.database import Connection, Database
from earthshine.errors import ModelNotFound
from earthshine.harness.embedder import Embedder
from earthshine.harness.rerank import Reranker
from earthshine.periodic import Periodic
from earthshine.routing.router import Router
from earthshine.runs.records import UNFINISHED, now_ms
from earthshine.runs.store import remove_ended
from earthshine.runs.tables import runs
from earthshine.vector_stores.filters import condition
from earthshine.vector_stores.indexes import Indexes
from earthshine.vector_stores.search import Found, PassageSearch, Ranking
from earthshine.vector_stores.store import expire_store, get_store, not_found, remove_store, require_alive, used
from earthshine.vector_stores.store_files import KIND, Ingestions
from earthshine.vector_stores.tables import vector_store_files, vector_stores

_LOOK_SECONDS = 60.0
_AT_ONCE = 20
"""Stores that one transaction changes."""
_FILES_AT_ONCE = 200
_RUNS_KEPT_MS = 3_600_000
"""For so long one can look up how an ingestion or a reading went."""


class VectorStores:
    """All vector stores of one installation."""

    def __init__(
        self,
        database: Database,
        ingestions: Ingestions,
        indexes: Indexes,
        embedder: Embedder,
        reranker: Reranker,
        router: Router,
    ) -> None:
        self.database, self.ingestions, self.indexes = database, ingestions, indexes
        self.privacy = Privacy(database, vector_stores, not_found)
        self.privacy.shared = vector_stores.c.shared
        self._router, self._embedder = router, embedder
        self._search = PassageSearch(database, indexes, embedder, reranker)
        self._sweeping = Periodic("looking after vector stores", self._sweep, _LOOK_SECONDS, first=1)

    def start(self) -> None:
        """Begin to look after stores."""
        self.indexes.start()
        self._sweeping.start()

    async def close(self) -> None:
        """Leave what is not done to the next start."""
        await self._sweeping.close()
        await self.indexes.close()

    async def search(
        self,
        store_ids: Sequence[str],
        queries: Sequence[str],
        who: Caller,
        *,
        limit: int = 10,
        filters: Any = None,
        ranking: Ranking | None = None,
    ) -> list[Found]:
        """Return the best passages of some stores, the best first; each by the query that it answers best.

        `filters`: as OpenAI's API writes them, of the attributes of files. Raises `NotFound` for a store that this
        caller does not reach, `Conflict` for one that has expired, and `InvalidRequest` for a wrong filter.
        """
        wanted = None if filters is None else condition(filters)
        stores: list[Row[Any]] = []
        for store_id in dict.fromkeys(store_ids):
            await self.privacy.check(store_id, who)
            async with self.database.read() as connection:
                store = await get_store(connection, store_id, who.project)
            require_alive(store)
            stores.append(store)
        found = await self._search.search(
            stores, queries, who, limit=limit, condition=wanted, ranking=ranking or Ranking()
        )
        for store in stores:
            if store.last_active_at <= time.time() - _LOOK_SECONDS:
                async with self.database.write() as connection:
                    await used(connection, store)
        return found

    async def rebuild(
        self, store_id: str | None = None, progress: Callable[[str, int, int], None] | None = None
    ) -> dict[str, int]:
        """Make the indexes of one store, or of all, anew of their rows; returns how many passages each has.

        `progress` is called with a store's id, the last change that is in its index, and the store's last.
        """
        query = select(vector_stores).where(~vector_stores.c.expired).order_by(vector_stores.c.id)
        if store_id is not None:
            query = query.where(vector_stores.c.id == store_id)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        if store_id is not None and not rows:
            raise not_found(store_id)

        counts: dict[str, int] = {}
        for row in rows:
            counts[row.id] = await self.indexes.rebuild(row, None if progress is None else partial(progress, row.id))
        return counts

    async def remove(self, store_id: str, project: str) -> None:
        """Remove a store; its files stay files. Raises `NotFound`."""
        async with self.database.write() as connection:
            await get_store(connection, store_id, project, lock=True)
            await remove_store(connection, store_id)

    async def erase(self, user: str) -> None:
        """Remove all stores of a person who was removed; a service account's are the project's."""
        if is_person(user):
            while await self._each(vector_stores.c.user == user, remove_store):
                pass

    # --- beside requests ---------------------------------------------------------------------------------------------

    async def forget_files(self, connection: Connection, file_ids: Sequence[str]) -> None:
        """Take files that are removed in this transaction out of all stores."""
        query = select(vector_store_files.c.vector_store_id, vector_store_files.c.file_id).where(
            vector_store_files.c.file_id.in_(file_ids)
        )
        by_store: dict[str, list[str]] = {}
        for store_id, file_id in await connection.execute(query):
            by_store.setdefault(store_id, []).append(file_id)
        for store_id, some in sorted(by_store.items()):
            await self.ingestions.remove(connection, store_id, some)
            self.indexes.changed(store_id)

    async def file_was_read(self, connection: Connection, file_id: str) -> None:
        """Ingest a file again, in all stores that have it, whose text was just read anew."""
        query = select(vector_store_files).where(
            vector_store_files.c.file_id == file_id, vector_store_files.c.status.in_(("completed", "failed"))
        )
        for row in (await connection.execute(query.order_by(vector_store_files.c.vector_store_id))).all():
            await self.ingestions.refresh(connection, row)

    async def _sweep(self) -> None:
        now = int(time.time())
        while await self._each((vector_stores.c.expires_at <= now) & ~vector_stores.c.expired, expire_store):
            pass
        await remove_ended(self.database, (KIND, "reading"), now_ms() - _RUNS_KEPT_MS)
        await self._embed_again()

    async def _each(self, which: ColumnElement[bool], work: Any) -> int:
        async with self.database.write() as connection:
            query = select(vector_stores.c.id).where(which).order_by(vector_stores.c.id).limit(_AT_ONCE)
            ids = list(await connection.scalars(query.with_for_update()))
            for store_id in ids:
                await work(connection, store_id)
        return len(ids)

    async def _embed_again(self) -> None:
        """Have the files embedded whose vectors another model made, or that no model was there for."""
        try:
            model = self._router.served(DEFAULT_EMBEDDING).model
        except ModelNotFound:
            return
        files = vector_store_files
        at_work = select(runs.c.id).where(runs.c.id == files.c.run_id, runs.c.status.in_(UNFINISHED)).exists()
        # One that failed once would fail again; its error is shown.
        other = (files.c.status == "completed") & (files.c.embedding != model) & files.c.error.is_(None) & ~at_work
        alive = select(vector_stores.c.id).where(~vector_stores.c.expired)
        query = select(files).where(other, files.c.vector_store_id.in_(alive)).limit(_FILES_AT_ONCE)
        async with self.database.read() as connection:
            first = (await connection.execute(query.limit(1))).one_or_none()
        if first is None:
            return
        try:
            # A name may be there without a model that can be used.
            if (await self._embedder.identity(Caller.load(first.caller))).model != model:
                return
        except ModelNotFound:
            return
        async with self.database.write() as connection:
            for row in (await connection.execute(query.with_for_update())).all():
                await self.ingestions.refresh(connection, row)
