"""The folders that are searched: one for each store, made of its rows, and made again of them whenever it is lost.

A folder says up to which change it has the store's passages; what came later is added before a search. It is opened
when it is first used, and closed when nobody uses it for a while.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Row, select

from earthshine.database import Database
from earthshine.periodic import Periodic
from earthshine.vector_stores.ingestion.new_passages import embedded_text
from earthshine.vector_stores.search.index_rows import Changes, next_changes
from earthshine.vector_stores.tables import vector_stores

if TYPE_CHECKING:
    from earthshine.search.store_index import Hit, StoreIndex

_Result = TypeVar("_Result")

_MOST_OPEN = 16
_IDLE_SECONDS = 600.0
_LOOK_SECONDS = 60.0


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
        weights: tuple[float, float] | None = None,
    ) -> list[Hit]:
        """Return the best passages of a store, as it is now; see `StoreIndex.search`. Raises `StorageFull`."""

        async def search(opened: _Open) -> list[Hit]:
            await self._catch_up(store, opened)
            fits = vector if vector is not None and len(vector) == opened.dimensions else None
            return await asyncio.to_thread(opened.index.search, query, fits, limit=limit, files=files, weights=weights)

        return await self._use(store, search)

    async def change(self, store: Row[Any]) -> int:
        """Return up to which change of a store its index has everything; 0 where it has nothing yet."""

        async def change(opened: _Open) -> int:
            return opened.index.change

        return await self._use(store, change)

    async def rebuild(self, store_id: str) -> None:
        """Remove a store's index; it is made anew from now on, or by the next search."""
        async with self._opening:
            self._open.pop(store_id, None)
            await asyncio.to_thread(shutil.rmtree, self._folder / store_id, ignore_errors=True)
        self.changed(store_id)

    # --- opening and adding ------------------------------------------------------------------------------------------

    async def _use(self, store: Row[Any], work: Callable[[_Open], Awaitable[_Result]]) -> _Result:
        """Do something with a store's index, which may be removed at any time, by a rebuild or by hand."""
        try:
            return await work(await self._opened(store))
        except FileNotFoundError:
            self._open.pop(store.id, None)
            return await work(await self._opened(store))

    async def _catch_up(self, store: Row[Any], opened: _Open) -> None:
        if opened.index.change < store.change:
            async with opened.turn:
                while opened.index.change < store.change and await self._add(store.id, opened):
                    pass

    async def _opened(self, store: Row[Any]) -> _Open:
        found = self._open.get(store.id)
        if found is None or found.embedding != store.embedding:
            async with self._opening:
                found = self._open.get(store.id)
                if found is None or found.embedding != store.embedding:
                    folder = self._folder / store.id
                    index = await asyncio.to_thread(_open_index, folder, store.embedding, store.dimensions)
                    found = self._open[store.id] = _Open(store.embedding, store.dimensions, index)
                    self._close_some()
        found.used = time.monotonic()
        return found

    async def _add(self, store_id: str, opened: _Open) -> bool:
        """Add the next changes; returns whether there were any."""
        async with self._database.read() as connection:
            changes = await next_changes(connection, store_id, opened.index.change, opened.embedding)
        if changes is None:
            return False
        if changes.forgotten:
            await self.rebuild(store_id)
            raise FileNotFoundError(f"The index of {store_id} is older than what is known of it, and begins anew.")
        await asyncio.to_thread(_apply, opened, changes)
        return True

    async def _add_waiting(self) -> float:
        while self._waiting:
            store_id = self._waiting.pop()
            async with self._database.read() as connection:
                query = select(vector_stores).where(vector_stores.c.id == store_id)
                store = (await connection.execute(query)).one_or_none()
            if store is not None:
                await self._use(store, partial(self._catch_up, store))
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


def _apply(opened: _Open, changes: Changes) -> None:
    from earthshine.search.store_index import IndexedPassage

    added = [
        IndexedPassage(
            row.id,
            row.file,
            embedded_text(row.heading, row.text),
            # Those of another model mean something else, and are made anew soon.
            row.vector if row.fits and row.vector is not None and len(row.vector) == opened.dimensions else None,
        )
        for row in changes.added
    ]
    opened.index.apply(added, changes.removed, changes.upto)


def _folders(folder: Path) -> list[str]:
    with suppress(OSError):
        return [each.name for each in folder.iterdir()]
    return []
