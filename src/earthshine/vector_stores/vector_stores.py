"""The service: what routes and tools do with vector stores."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Privacy, is_person
from earthshine.database import Connection, Database
from earthshine.errors import ModelNotFound, Unavailable, UnsupportedParameter
from earthshine.vector_stores.search.filters import condition
from earthshine.vector_stores.search.found import Ranking, Results
from earthshine.vector_stores.search.indexes import Indexes
from earthshine.vector_stores.search.passage_search import PassageSearch
from earthshine.vector_stores.store import change_some, get_store, not_found, remove_store, require_alive, used
from earthshine.vector_stores.store_files import Ingestions
from earthshine.vector_stores.tables import vector_store_files, vector_stores

_USED_SECONDS = 60.0
_TRIES, _BETWEEN = 4, 0.1
"""Of a removal, and seconds between two."""


class VectorStores:
    """All vector stores of one installation."""

    def __init__(self, database: Database, ingestions: Ingestions, indexes: Indexes, search: PassageSearch) -> None:
        self.database, self.ingestions, self.indexes = database, ingestions, indexes
        self.privacy = Privacy(database, vector_stores, not_found)
        self.privacy.shared = vector_stores.c.shared
        self._search = search

    async def search(
        self,
        store_ids: Sequence[str],
        queries: Sequence[str],
        who: Caller,
        *,
        limit: int = 10,
        filters: Any = None,
        ranking: Ranking | None = None,
        rewrite: bool = False,
    ) -> Results:
        """Return the best passages of some stores, the best first; each by the query that it answers best.

        `filters`: as OpenAI's API writes them, of the attributes of files. `rewrite`: whether each query is looked for
        in other words too. Raises `NotFound` for a store that this
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
        if rewrite:
            queries = await self._rewritten(queries, who)
        results = await self._search.search(
            stores, queries, who, limit=limit, condition=wanted, ranking=ranking or Ranking()
        )
        for store in stores:
            if store.last_active_at <= time.time() - _USED_SECONDS:
                async with self.database.write() as connection:
                    await used(connection, store)
        return results

    async def _rewritten(self, queries: Sequence[str], who: Caller) -> list[str]:
        """Return queries in words that find more, each followed by itself as it was.

        Raises `UnsupportedParameter` where there is no chat model.
        """
        try:
            both = [each for query in queries for each in (await self._search.rewrite(query, who), query)]
        except ModelNotFound:
            raise UnsupportedParameter(
                "No chat model is installed that could rewrite queries. Install one, or leave `rewrite_query` out.",
                param="rewrite_query",
            ) from None
        return list(dict.fromkeys(both))

    async def indexed(self, store_id: str, project: str) -> tuple[int, int]:
        """Return up to which change of a store its index has everything, and the store's last. Raises `NotFound`."""
        async with self.database.read() as connection:
            store = await get_store(connection, store_id, project)
        change = min(await self.indexes.change(store), store.change)
        if change < store.change:
            self.indexes.changed(store_id)
        return change, store.change

    async def remove(self, store_id: str, project: str) -> None:
        """Remove a store; its files stay files. Raises `NotFound`."""
        for left in reversed(range(_TRIES)):
            try:
                async with self.database.write() as connection:
                    await get_store(connection, store_id, project, lock=True)
                    await remove_store(connection, store_id)
                return
            except Unavailable as error:  # the reading of a file into it held rows the other way round
                if error.code != "database_locked" or not left:
                    raise
                await asyncio.sleep(_BETWEEN)

    async def erase(self, user: str) -> None:
        """Remove all stores of a person who was removed; a service account's are the project's."""
        if is_person(user):
            while await change_some(self.database, vector_stores.c.user == user, remove_store):
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
