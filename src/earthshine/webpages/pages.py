"""The service: pages are fetched once, kept as files of whoever asked, and read as documents.

So what is cited can be proved later: the bytes, the address, the time and the hash stay as long as the file does.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urldefrag

from sqlalchemy import insert, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.documents.documents import Documents, Unread
from earthshine.errors import InvalidRequest, NotFound, PermissionDenied
from earthshine.files.schemas import ExpiresAfter
from earthshine.webpages.domains import ALL, Domains, host_of, within
from earthshine.webpages.fetcher import MOST_BYTES, Fetched, Fetcher
from earthshine.webpages.stored_form import bytes_of, filename_of
from earthshine.webpages.tables import web_pages

_FRESH_SECONDS = 900
"""In which a page that its owner asks for again is not fetched again."""
_READING_SECONDS = 60.0

Archive = Callable[[str], Awaitable[Fetched | None]]
"""Returns the saved copy of an address; None where there is none."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page that is kept and read."""

    file_id: str
    url: str
    title: str
    characters: int
    """Of its text."""
    fetched_at: int
    """Unix seconds."""


class WebPages:
    """Pages for those who may reach the web."""

    def __init__(
        self, database: Database, documents: Documents, fetcher: Fetcher | None, *, blocked: Sequence[str], days: int
    ) -> None:
        """`fetcher`: None where nothing is fetched. `blocked`: domains. `days`: in which pages are kept; 0: always."""
        self._database, self._documents, self._fetcher = database, documents, fetcher
        self._blocked, self._days = blocked, days
        self.archive: Archive | None = None
        """Asked before anything is fetched."""

    @property
    def reaches_web(self) -> bool:
        """Whether pages are fetched at all."""
        return self._fetcher is not None

    async def open(self, url: str, who: Caller, *, domains: Domains = ALL, live: bool = True) -> WebPage:
        """Return a page, read. `domains`: those that the request allows; `live`: whether to fetch it.

        Raises `InvalidRequest` where it cannot be fetched or read, `PermissionDenied` where it may not.
        """
        url = urldefrag(url.strip())[0]

        def allow(place: str) -> None:
            if within(place, self._blocked):
                raise PermissionDenied(f"The operator of this server blocks pages of {host_of(place)[:100]}.")
            if not domains.take(place):
                raise PermissionDenied(f"{place[:200]} is not of a domain that the request allows.")

        allow(url)
        owner = Owner.of(who)
        asked = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
        file_id = await self._known(asked, owner, allow)
        if file_id is None:
            fetched = await self._fetch(url, allow, live=live)
            allow(fetched.url)
            # A saved page is the same each time.
            file_id = await self._kept(asked, fetched, owner) or await self._keep(asked, fetched, owner)
        try:
            return await self._read(file_id)
        except Unread as error:
            with suppress(NotFound):
                await self._documents.files.delete(file_id, owner.project)
            raise InvalidRequest(f"The page cannot be read: {error.message}") from None

    async def urls(self, file_ids: Sequence[str], project: str) -> Mapping[str, str]:
        """Return where pages of a project were fetched, by their files' ids; files that are no pages are left out."""
        query = select(web_pages.c.file_id, web_pages.c.url).where(
            web_pages.c.project == project, web_pages.c.file_id.in_(file_ids)
        )
        async with self._database.read() as connection:
            return {row.file_id: row.url for row in await connection.execute(query)}

    async def _known(self, asked: str, owner: Owner, allow: Callable[[str], None]) -> str | None:
        query = (
            select(web_pages.c.file_id, web_pages.c.url)
            .where(owner.owns(web_pages), web_pages.c.asked == asked)
            .where(web_pages.c.fetched_at > int(time.time()) - _FRESH_SECONDS)
            .order_by(web_pages.c.fetched_at.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).first()
        if found is None:
            return None
        allow(found.url)
        return found.file_id

    async def _kept(self, asked: str, page: Fetched, owner: Owner) -> str | None:
        columns = web_pages.c
        query = select(columns.file_id).where(owner.owns(web_pages), columns.asked == asked)
        query = query.where(columns.fetched_at == page.at, columns.sha256 == hashlib.sha256(page.body).hexdigest())
        async with self._database.read() as connection:
            return (await connection.execute(query.limit(1))).scalar()

    async def _fetch(self, url: str, allow: Callable[[str], None], *, live: bool) -> Fetched:
        if self.archive is not None and (saved := await self.archive(url)) is not None:
            return saved
        if not live:
            raise PermissionDenied(f"There is no saved copy of {url[:200]}, and the request forbids to fetch it.")
        if self._fetcher is None:
            raise PermissionDenied("This server fetches nothing from the web; its operator can set `web_fetch`.")
        return await self._fetcher.fetch(url, allow)

    async def _keep(self, asked: str, page: Fetched, owner: Owner) -> str:
        """Keep a page as a file. Raises what `Blobs` and `Files` raise where there is no room."""
        files = self._documents.files
        content = bytes_of(page)
        await files.blobs.check_room(owner.project, len(content))
        expires = ExpiresAfter.model_construct(seconds=self._days * 86_400) if self._days else None
        # What is kept in UTF-8 instead may have grown.
        async with files.blobs.incoming(4 * MOST_BYTES) as incoming:
            await incoming.write(content)
            await files.blobs.keep(incoming)
            async with self._database.write() as connection:
                file = await files.add(connection, incoming, owner, filename_of(page), "user_data", expires)
                row = {
                    "file_id": file["id"],
                    "project": owner.project,
                    "user": owner.user,
                    "asked": asked,
                    "url": page.url,
                    "fetched_at": page.at,
                    "sha256": hashlib.sha256(page.body).hexdigest(),
                    "content_type": page.content_type[:128],
                }
                await connection.execute(insert(web_pages).values(row))
        return file["id"]

    async def _read(self, file_id: str) -> WebPage:
        document = await self._documents.read(file_id, patience=_READING_SECONDS)
        query = select(web_pages).where(web_pages.c.file_id == file_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("The page was removed while it was read.")
        title = " ".join(document.title.split())[:200] or row.url
        return WebPage(file_id, row.url, title, document.characters, row.fetched_at)
