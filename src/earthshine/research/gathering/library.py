"""The sources as they are kept: what is known of a file, and its text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.errors import EarthshineError, NotFound
from earthshine.files.schemas import ExpiresAfter
from earthshine.research.report import ResearchSource
from earthshine.research.weighing import copies, dates, kinds, languages
from earthshine.text.filenames import safe_filename
from earthshine.webpages.pages import WebPages
from earthshine.webpages.tables import web_pages
from earthshine.wire import aside

Json = dict[str, Any]

MOST_CHARACTERS = 300_000
"""Of a source that are looked at."""
_LONGEST_NAME = 100
_NEAR = 600
"""Characters before a sentence in which stands whom it is about."""
_HEAD = 64_000
"""Bytes of a page in which its dates are looked for."""


class Library:
    """Reads sources. Who may see a file was decided where its id comes from: a search, or a person's own wish."""

    def __init__(self, database: Database, documents: Documents, pages: WebPages | None, *, days: int = 0) -> None:
        """`days`: in which what was fetched is kept; 0: always."""
        self._database, self._documents, self._pages, self._days = database, documents, pages, days

    async def text(self, file_id: str) -> str:
        """Return the canonical text of a source, or its beginning; empty where it is gone."""
        return await self._documents.text(file_id, 0, MOST_CHARACTERS)

    async def before(self, file_id: str, place: int) -> str:
        """Return what stands in a source before a place, as far as it may still be about the same."""
        return await self._documents.text(file_id, max(0, place - _NEAR), place)

    async def open(self, place: str, who: Caller) -> str:
        """Return the file of a page's address, or of a file's own id, read. Raises an `EarthshineError`."""
        if "://" not in place:
            await self._documents.files.privacy.check(place, who)
            await self._documents.files.get(place, who.project)
            await self._documents.read(place)
            return place
        if self._pages is None:
            raise NotFound("This server opens no pages.")
        return (await self._pages.open(place, who)).file_id

    async def keep(self, title: str, text: str, who: Caller) -> str:
        """Keep a text as a file of whoever asks, and read it; returns its id. Raises what `Blobs` and `Files` raise."""
        files, owner, content = self._documents.files, Owner.of(who), text.encode("utf-8", "replace")
        await files.blobs.check_room(owner.project, len(content))
        expires = ExpiresAfter.model_construct(seconds=self._days * 86_400) if self._days else None
        async with files.blobs.incoming(len(content)) as incoming:
            await incoming.write(content)
            await files.blobs.keep(incoming)
            async with self._database.write() as connection:
                name = safe_filename(f"{title[:_LONGEST_NAME]}.txt")
                file = await files.add(connection, incoming, owner, name, "user_data", expires)
        await self._documents.read(file["id"])
        return file["id"]

    async def source(
        self,
        number: int,
        file_id: str,
        title: str,
        question_id: str,
        question: str,
        before: list[ResearchSource],
        *,
        url: str = "",
    ) -> ResearchSource:
        """Return what is known of a source that was read.

        `before`: the sources that it may be a copy of. `url`: of what is no page.
        """
        text = await self.text(file_id)
        query = select(web_pages).where(web_pages.c.file_id == file_id)
        async with self._database.read() as connection:
            page = (await connection.execute(query)).one_or_none()
        url = page.url if page is not None else url
        others = [each for each in before if each["file_id"] and each["copy_of"] is None]
        texts = [*[await self.text(each["file_id"]) for each in others], text]
        same = (await aside(sum(map(len, texts)), copies.group, texts))[-1]
        return {
            "id": f"s{number}",
            "file_id": file_id,
            "url": url,
            "title": " ".join(title.split())[:200] or url or file_id,
            "kind": await aside(len(text), kinds.kind_of, url, text, question),
            "published": dates.published(text, dates.meta_of(await self._head(file_id))) if text else None,
            "fetched_at": page.fetched_at if page is not None else None,
            "sha256": page.sha256 if page is not None else await self._hash(file_id),
            "language": languages.language_of(text),
            "copy_of": others[same]["id"] if same < len(others) else None,
            "dropped": None if text.strip() else "unreadable",
            "question": question_id,
        }

    async def _head(self, file_id: str) -> str:
        """Return the beginning of what is kept, where a page says when it was published."""
        blobs = self._documents.files.blobs
        try:
            blob = await blobs.find(file_id)
            pieces = [piece async for piece in blobs.read(blob, 0, min(blob.size, _HEAD))]
        except EarthshineError:
            return ""
        return b"".join(pieces).decode("utf-8", "replace")

    async def _hash(self, file_id: str) -> str:
        try:
            return (await self._documents.files.blobs.find(file_id)).sha256
        except EarthshineError:
            return ""
