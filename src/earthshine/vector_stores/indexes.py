"""The folders that are searched: one for each store, made of its rows, and made again of them whenever it is lost.

A folder says up to which change it has the store's passages; what came later is added before a search. It is opened
when it is first used, and closed when nobody uses it for a while.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Row, func, select, union_all

from earthshine.database import Connection, Database
from earthshine.periodic import Periodic
from earthshine.vector_stores.ingestion import embedded_text
from earthshine.vector_stores.tables import passages, removed_passages, vector_store_files, vector_stores

if TYPE_CHECKING:
    from earthshine.search.store_index import Hit, StoreIndex

log = logging.getLogger(__name__)

_MOST_OPEN = 16
_IDLE_SECONDS = 600.0
_LOOK_SECONDS = 60.0
_AT_ONCE = 4_000
"""Passages that are added at once, about; those of one change always are."""


@dataclass(slots=True)
class _Open:
    """One store's folder in use."""

    embedding: str
    dimensions: int
    index: StoreIndex
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by who adds to it."""
    used: float = field(default_factory=time.monotonic)


class Indexes:
    """The indexes of this server's data directory."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._open: dict[str, _Open] = {}
        self._opening = asyncio.Lock()
        self._waiting: set[str] = set()
        self._adding = Periodic("adding to indexes", self._add_waiting, float("inf"))
        self._tidying = Periodic("closing indexes", self._tidy, _LOOK_SECONDS)

    def start(self) -> None:
        """Begin to follow changes, and to close what is not used."""
        self._adding.start()
        self._tidying.start()

    async def close(self) -> None:
        """Leave what is not added to the next search."""
        await self._adding.close()
        await self._tidying.close()
        self._open.clear()

    def changed(self, store_id: str) -> None:
        """Add soon what changed in a store, so that the next search need not; does not wait."""
        self._waiting.add(store_id)
        self._adding.soon(1.0)

    async def search(
        self,
        store: Row[Any],
        query: str,
        vector: Sequence[float] | None,
        *,
        limit: int,
        files: Collection[int] | None = None,
        mode: Literal["hybrid", "keywords", "vectors"] = "hybrid",
    ) -> list[Hit]:
        """Return the best passages of a store, as it is now. Raises `StorageFull`."""
        opened = await self._current(store)
        return await asyncio.to_thread(opened.index.search, query, vector, limit=limit, files=files, mode=mode)

    async def rebuild(self, store: Row[Any], progress: Callable[[int, int], None] | None = None) -> int:
        """Make a store's index anew of its rows; returns the passages that are in it.

        `progress` is called with the last change that is in it, and that of the store.
        """
        async with self._opening:
            self._open.pop(store.id, None)
            await asyncio.to_thread(shutil.rmtree, self._folder / store.id, ignore_errors=True)
        await self._current(store, progress)
        query = select(func.count()).where(passages.c.vector_store_id == store.id, passages.c.change.is_not(None))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one()

    # --- opening and adding ------------------------------------------------------------------------------------------

    async def _current(self, store: Row[Any], progress: Callable[[int, int], None] | None = None) -> _Open:
        opened = await self._opened(store)
        opened.used = time.monotonic()
        if opened.index.change < store.change:
            async with opened.turn:
                while opened.index.change < store.change and await self._add(store.id, opened):
                    if progress is not None:
                        progress(opened.index.change, store.change)
        return opened

    async def _opened(self, store: Row[Any]) -> _Open:
        found = self._open.get(store.id)
        if found is not None and found.embedding == store.embedding:
            return found
        async with self._opening:
            found = self._open.get(store.id)
            if found is None or found.embedding != store.embedding:
                index = await asyncio.to_thread(_open_index, self._folder / store.id, store.embedding, store.dimensions)
                found = self._open[store.id] = _Open(store.embedding, store.dimensions, index)
                self._close_some()
        return found

    async def _add(self, store_id: str, opened: _Open) -> bool:
        """Add the next changes; returns whether there were any."""
        from earthshine.search.store_index import IndexedPassage

        after = opened.index.change
        async with self._database.read() as connection:
            upto = await _upto(connection, store_id, after)
            if upto is None:
                return False
            added = await _added(connection, store_id, after, upto, opened.embedding)
            # Nothing that is gone is in a new index.
            removed = await _removed(connection, store_id, after, upto) if after else []
        found = [
            IndexedPassage(
                row.id,
                row.file,
                embedded_text(row.heading, row.text),
                # Those of another model mean something else, and are made anew soon.
                row.vector if row.fits and row.vector is not None and len(row.vector) == opened.dimensions else None,
            )
            for row in added
        ]
        await asyncio.to_thread(opened.index.apply, found, removed, upto)
        return True

    async def _add_waiting(self) -> float:
        while self._waiting:
            store_id = self._waiting.pop()
            async with self._database.read() as connection:
                query = select(vector_stores).where(vector_stores.c.id == store_id)
                store = (await connection.execute(query)).one_or_none()
            if store is not None:
                await self._current(store)
        return float("inf")

    # --- closing -----------------------------------------------------------------------------------------------------

    def _close_some(self) -> None:
        for store_id, _ in sorted(self._open.items(), key=lambda each: each[1].used)[:-_MOST_OPEN]:
            del self._open[store_id]

    async def _tidy(self) -> None:
        """Close what is not used, and remove the folders of stores that are gone."""
        old = time.monotonic() - _IDLE_SECONDS
        for store_id, opened in list(self._open.items()):
            if opened.used < old and not opened.turn.locked():
                del self._open[store_id]
        names = await asyncio.to_thread(_folders, self._folder)
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            async with self._database.read() as connection:
                query = select(vector_stores.c.id).where(vector_stores.c.id.in_(some))
                there = set(await connection.scalars(query))
            for name in set(some) - there:
                self._open.pop(name, None)
                await asyncio.to_thread(shutil.rmtree, self._folder / name, ignore_errors=True)


def _open_index(folder: Path, embedding: str, dimensions: int) -> StoreIndex:
    """Open the index of a store for one kind of vectors, and remove those for others."""
    from earthshine.search.store_index import StoreIndex  # here: a server that searches nothing starts without it

    name = hashlib.sha256(f"{embedding} {dimensions}".encode()).hexdigest()[:16]
    with suppress(OSError):
        for other in folder.iterdir():
            if other.name != name:
                shutil.rmtree(other, ignore_errors=True)
    return StoreIndex(folder / name, dimensions)


def _folders(folder: Path) -> list[str]:
    with suppress(OSError):
        return [each.name for each in folder.iterdir()]
    return []


async def _upto(connection: Connection, store_id: str, after: int) -> int | None:
    """Return the change up to which not too much is to be added at once; None when there is nothing."""
    current = select(vector_stores.c.change).where(vector_stores.c.id == store_id)
    last = (await connection.execute(current)).scalar_one_or_none()
    if last is None or last <= after:
        return None
    either = union_all(
        *(
            select(table.c.change)
            .where(table.c.vector_store_id == store_id, table.c.change > after)
            .order_by(table.c.change)
            .limit(_AT_ONCE)
            .subquery()
            .select()
            for table in (passages, removed_passages)
        )
    ).subquery()
    rows = select(either.c.change, func.count()).group_by(either.c.change).order_by(either.c.change)
    total, upto = 0, after
    for change, count in await connection.execute(rows):
        if total and total + count > _AT_ONCE:
            return upto
        total, upto = total + count, change
        if total >= _AT_ONCE:
            return upto
    # Changes without passages count too.
    return last


async def _added(connection: Connection, store_id: str, after: int, upto: int, embedding: str) -> Sequence[Any]:
    files = vector_store_files
    query = (
        select(
            passages.c.id,
            passages.c.heading,
            passages.c.text,
            passages.c.vector,
            files.c.number.label("file"),
            (files.c.embedding == embedding).label("fits"),
        )
        .join(
            files,
            (files.c.vector_store_id == passages.c.vector_store_id) & (files.c.file_id == passages.c.file_id),
        )
        .where(passages.c.vector_store_id == store_id, passages.c.change > after, passages.c.change <= upto)
    )
    return (await connection.execute(query)).all()


async def _removed(connection: Connection, store_id: str, after: int, upto: int) -> list[int]:
    removed = removed_passages
    query = select(removed.c.id).where(
        removed.c.vector_store_id == store_id, removed.c.change > after, removed.c.change <= upto
    )
    return list(await connection.scalars(query))
