"""What was deleted leaves the files, not only the tables.

SQLite fills the space of deleted rows with zeros (`secure_delete`, see `database.py`). Two places keep words longer and
are emptied here, in the background: the log of changes, which is written into the file and cut to nothing, and the
full-text index, which notes that a text is gone and keeps its words until all of it is merged. That costs a rewriting
of the index, so it happens only after words were removed, some pages at a time. FTS5's own `secure-delete` would do it
at once, but makes an index that SQLite before 3.42 cannot read.

What is still to be merged is noted in the file itself, as SQLite's `user_version`, in the transaction that removes the
words: a server that was killed goes on at its next start. PostgreSQL does all of this by its autovacuum.
Source: https://www.sqlite.org/fts5.html#the_merge_command, https://www.sqlite.org/pragma.html#pragma_secure_delete
"""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

from sqlalchemy import text

from earthshine.database import Connection, Database
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two looks for what is to be emptied."""
_PAGES = 500
"""Pages of the index that are merged in one transaction, about 2 MB."""
_REST = 4.0
"""How many times as long as a step took nothing is done after it, so that others can write."""
_MOST = 2**31 - 1


async def note_removed(connection: Connection) -> None:
    """Note, in the transaction that removes texts from the index, that their words are to be erased from it."""
    if connection.dialect.name == "sqlite":
        removed = await _removed(connection)
        await connection.execute(text(f"PRAGMA user_version = {removed % _MOST + 1}"))


class Eraser:
    """Erases what was removed from the tables of a SQLite database; does nothing on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._erasing = Periodic("erasing from files", self.erase, EVERY, first=0)

    def start(self) -> None:
        """Look now, and from then on again and again."""
        if not self._database.shared:
            self._erasing.start()

    async def close(self) -> None:
        """Stop; what is left is done after the next start."""
        await self._erasing.close()

    async def erase(self) -> None:
        """Merge the index if words were removed from it, and empty the log of changes."""
        async with self._database.read() as connection:
            removed = await _removed(connection)
        while removed:
            # A negative number begins to merge everything, positive ones go on with that.
            pages = -_PAGES
            while await self._merge(pages):
                pages = _PAGES
            removed = await self._done(removed)
        await self._database.empty_log()

    async def _merge(self, pages: int) -> bool:
        """Merge some pages of the index, and tell whether there may be more."""
        begun = monotonic()
        async with self._database.write() as connection:
            before = await connection.scalar(text("SELECT total_changes()"))
            merge = text("INSERT INTO chat_words (chat_words, rank) VALUES ('merge', :pages)")
            await connection.execute(merge, {"pages": pages})
            changed = (await connection.scalar(text("SELECT total_changes()")) or 0) - (before or 0)
        await asyncio.sleep(_REST * (monotonic() - begun))
        # The command itself counts as one change. Source: FTS5's documentation of `merge`.
        return changed >= 2

    async def _done(self, removed: int) -> int:
        """Note that all is merged, unless more was removed meanwhile; return what is still to be merged."""
        async with self._database.write() as connection:
            now = await _removed(connection)
            if now == removed:
                await connection.execute(text("PRAGMA user_version = 0"))
                return 0
        return now


async def _removed(connection: Connection) -> int:
    return await connection.scalar(text("PRAGMA user_version")) or 0
