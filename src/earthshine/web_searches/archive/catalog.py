"""What is known of saved pages: a small database beside the index of their words. Both can be made anew at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (change INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, mtime INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL,
    url TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS pages_key ON pages (key);
CREATE INDEX IF NOT EXISTS pages_path ON pages (path);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page."""

    id: int
    path: str
    """Of its file, in the folder."""
    place: int
    url: str
    title: str
    text: str


class Catalog:
    """The database of one folder. Each use opens it: searches run in any thread, beside the one that writes."""

    def __init__(self, path: Path) -> None:
        """Open it, or begin an empty one."""
        self._path = path
        with self.opened() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(_TABLES)

    @property
    def change(self) -> int:
        """The last change that is in it."""
        with self.opened() as database:
            row = database.execute("SELECT change FROM facts").fetchone()
            return row[0] if row else 0

    def files(self) -> dict[str, tuple[int, int]]:
        """Return time and size of each file that was read."""
        with self.opened() as database:
            return {
                path: (mtime, size) for path, mtime, size in database.execute("SELECT path, mtime, size FROM files")
            }

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """Return pages, in this order."""
        with self.opened() as database:
            marks = ",".join("?" * len(ids))
            query = f"SELECT id, path, place, url, title, text FROM pages WHERE id IN ({marks})"  # noqa: S608 - only marks
            found = {row[0]: Entry(*row) for row in database.execute(query, list(ids))}
        return [found[each] for each in ids if each in found]

    def find(self, url: str) -> Entry | None:
        """Return the latest copy of an address."""
        query = "SELECT id, path, place, url, title, text FROM pages WHERE key = ? ORDER BY at DESC, id DESC LIMIT 1"
        with self.opened() as database:
            row = database.execute(query, (key_of(url),)).fetchone()
        return Entry(*row) if row else None

    @contextmanager
    def opened(self) -> Generator[sqlite3.Connection]:
        """Open the database; what is not committed when the block is left is taken back."""
        with closing(sqlite3.connect(self._path, timeout=30)) as database:
            yield database


def key_of(url: str) -> str:
    """Return what is the same of all ways in which one page is named."""
    plain = urldefrag(url.strip())[0].partition("://")[2]
    host, slash, rest = plain.partition("/")
    return f"{host.lower().removeprefix('www.')}{slash}{rest}".rstrip("/")
