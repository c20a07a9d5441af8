"""The child process that reads saved pages and indexes their words: strangers wrote them, so it has no network.

It reads its options as one line of JSON, and prints one line at its end: how many files and pages there are.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from sqlite3 import Connection

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.web.html_blocks import read_blocks, root_of, title_of
from earthshine.processes.guard import die_with_parent, leave_network, leave_signals_to_parent, limit_memory
from earthshine.search.keyword_index import KeywordIndex
from earthshine.web_searches.archive.catalog import Catalog, key_of
from earthshine.web_searches.archive.saved_files import pages_in, saved_files
from earthshine.webpages.fetcher import Fetched

_MOST_TEXT = 100_000
"""Characters of a page that are found."""
_AT_ONCE = 200
"""Pages of one change."""
_MEMORY = 8 * 2**30
"""Bytes of address space; what it maps of the index counts."""


class Building:
    """Brings catalog and index to what is in the folder now."""

    def __init__(self, folder: Path, place: Path) -> None:
        """`place`: where catalog and index are; what does not fit together there is made anew."""
        self._folder = folder
        self._open(place)
        if self._catalog.change != self._index.change:
            shutil.rmtree(place)
            self._open(place)
        self._change = self._catalog.change
        self._added: list[tuple[int, int, str]] = []
        self._removed: list[int] = []
        self.pages, self.unread = 0, 0
        """That were read now, and files without a page that has an address."""

    def run(self) -> None:
        """Read what is new or changed, and forget what is gone."""
        known, seen = self._catalog.files(), set[str]()
        with self._catalog.opened() as database:
            for path in saved_files(self._folder):
                name, facts = path.relative_to(self._folder).as_posix(), path.stat()
                seen.add(name)
                if known.get(name) != (facts.st_mtime_ns, facts.st_size):
                    self._forget(database, name)
                    self._read(database, path, name)
                    row = (name, facts.st_mtime_ns, facts.st_size)
                    database.execute("INSERT INTO files (path, mtime, size) VALUES (?, ?, ?)", row)
            for name in sorted(known.keys() - seen):
                self._forget(database, name)
            self._commit(database)

    def _open(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._catalog, self._index = Catalog(place / "pages.db"), KeywordIndex(place / "keywords")

    def _forget(self, database: Connection, name: str) -> None:
        self._removed += [row[0] for row in database.execute("SELECT id FROM pages WHERE path = ?", (name,))]
        database.execute("DELETE FROM pages WHERE path = ?", (name,))
        database.execute("DELETE FROM files WHERE path = ?", (name,))

    def _read(self, database: Connection, path: Path, name: str) -> None:
        """Read a file. What it has is committed on the way; its row follows, and without that it is read anew."""
        pages = 0
        try:
            for place, page in pages_in(self._folder, path):
                title, text = _text(page)
                row = (name, place, key_of(page.url), page.url, title, text, page.at)
                made = database.execute(
                    "INSERT INTO pages (path, place, key, url, title, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)", row
                )
                assert made.lastrowid is not None
                self._added.append((made.lastrowid, 0, f"{title}\n{text}"))
                pages += 1
                if len(self._added) >= _AT_ONCE:
                    self._commit(database)
        except OSError as error:
            sys.stderr.write(f"{name}: {error}\n")
        self.pages += pages
        self.unread += pages == 0

    def _commit(self, database: Connection) -> None:
        """Commit to both; where only the first is done, both begin anew the next time."""
        if not self._added and not self._removed:
            database.commit()
            return
        self._change += 1
        self._index.apply(self._added, self._removed, self._change)
        self._added, self._removed = [], []
        database.execute("DELETE FROM facts")
        database.execute("INSERT INTO facts (change) VALUES (?)", (self._change,))
        database.commit()


def _text(page: Fetched) -> tuple[str, str]:
    """Return the title and the words of a page; none of a format that is not found by its words."""
    if page.content_type == "text/plain":
        return page.url, page.body[: 4 * _MOST_TEXT].decode(page.charset or "utf-8", "replace")[:_MOST_TEXT]
    if page.content_type not in ("text/html", "application/xhtml+xml", ""):
        return page.url, ""
    try:
        root, _ = root_of(page.body, page.charset)
    except (UnreadableFile, LookupError):
        return page.url, ""
    into = LongText()
    read_blocks(root, into)
    text = "\n\n".join(part.text for part in into.parts())
    return title_of(root) or into.title or page.url, text[:_MOST_TEXT]


def main() -> None:
    """Build, and end."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    leave_network()
    die_with_parent(options["parent"])
    limit_memory(_MEMORY)
    building = Building(Path(options["folder"]), Path(options["place"]))
    building.run()
    sys.stdout.write(json.dumps({"pages": building.pages, "unread": building.unread}) + "\n")


if __name__ == "__main__":
    main()
