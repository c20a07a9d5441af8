"""Files over HTTP: resumable, and with credentials that go only to the host they belong to."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from earthshine.catalog.sources.base import Changed, Interrupted, Stream
from earthshine.errors import NotFound, PermissionDenied, UpstreamFailed

_CHUNK = 2**18
_REDIRECTS = 10
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpClient:
    """A client for one place. `credentials` are headers sent to the origin of `home` and to no other."""

    def __init__(self, home: URL, credentials: Mapping[str, str], advice: str, cafile: str | None = None) -> None:
        self._home = home.origin()
        self._credentials = dict(credentials)
        self._advice = advice
        """What to do when access is refused."""
        self._cafile = cafile
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def request(
        self, method: str, url: URL, headers: Mapping[str, str] | None = None, *, abroad: bool = True
    ) -> AsyncGenerator[tuple[aiohttp.ClientResponse, dict[str, str]]]:
        """Send and follow redirects; give the last reply, and the headers of all replies on the way, first ones first.

        Without `abroad` a redirect to another host is not followed but is itself the last reply.

        Raises:
            Interrupted: no answer, or one that may be better next time.
            NotFound, PermissionDenied, UpstreamFailed: any other refusal.
        """
        gathered: dict[str, str] = {}
        for _ in range(_REDIRECTS):
            reply = await self._send(method, url, headers)
            try:
                own = {key.lower(): value for key, value in reply.headers.items()}
                if reply.status in _REDIRECT:
                    own.pop("content-length", None)  # of the redirect's own body
                gathered = {**own, **gathered}
                target = self._next(url, own.get("location", "")) if reply.status in _REDIRECT else url
                if target == url or (not abroad and target.origin() != url.origin()):
                    self._check(reply, url)
                    yield reply, gathered
                    return
                url = target
            finally:
                reply.close()
        raise UpstreamFailed(f"{url.host} redirects without end.")

    @asynccontextmanager
    async def open(self, url: URL, offset: int, etag: str) -> AsyncGenerator[Stream]:
        """Open a file's bytes from `offset` on, or from 0 when the server cannot skip or the file is not `etag`'s."""
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        if offset and etag and not etag.startswith("W/"):
            headers["If-Range"] = etag
        async with self.request("GET", url, headers) as (reply, _):
            start, total = 0, _number(reply.headers.get("content-length"))
            if reply.status == 206:
                start, total = _content_range(reply.headers.get("content-range", ""), offset)
            yield Stream(start, total, reply.headers.get("etag", ""), _chunks(reply, url))

    async def page(self, url: URL, headers: Mapping[str, str], limit: int) -> tuple[bytes, str, URL]:
        """Return a whole page, its content type and where it was found; more than `limit` bytes are cut off."""
        async with self.request("GET", url, headers) as (reply, _):
            content = bytearray()
            async for chunk in _chunks(reply, url):
                content += chunk
                if len(content) > limit:
                    break
            return bytes(content[:limit]), reply.content_type, reply.url

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=self._cafile) if self._cafile else None
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context) if context else None,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=60),
                auto_decompress=False,
                trust_env=True,
            )
        return self._session

    async def _send(self, method: str, url: URL, headers: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        try:
            return await self._open().request(method, url, headers=self._headers(url, headers), allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Interrupted(f"{url.host}: {error or type(error).__name__}") from error

    def _headers(self, url: URL, extra: Mapping[str, str] | None) -> dict[str, str]:
        credentials = self._credentials if url.origin() == self._home else {}
        return {"Accept-Encoding": "identity", "User-Agent": "earthshine", **(extra or {}), **credentials}

    def _next(self, url: URL, location: str) -> URL:
        try:
            target = url.join(URL(location))
            allowed = target.scheme in ("http", "https") and bool(target.host)
        except ValueError:
            allowed, target = False, url
        if not location or not allowed or (url.scheme == "https" and target.scheme == "http"):
            raise UpstreamFailed(f"{url.host} redirects to {location[:200]!r}, where we do not follow.")
        return target

    def _check(self, reply: aiohttp.ClientResponse, url: URL) -> None:
        if reply.status in (200, 206) or reply.status in _REDIRECT:
            return
        where = url.with_query(None).with_user(None)
        if reply.status in (401, 403):
            raise PermissionDenied(f"{where} refuses access ({reply.status}). {self._advice}", code="source_refused")
        if reply.status in (404, 410):
            raise NotFound(f"{where} does not exist. Check the source's spelling.", code="source_not_found")
        if reply.status == 416:
            raise Changed(f"{url.host} has fewer bytes than we have")
        if reply.status in _PASSING:
            raise Interrupted(f"{url.host} answered {reply.status}", _number(reply.headers.get("retry-after")) or 0)
        raise UpstreamFailed(f"{where} answered {reply.status} {reply.reason}.")


async def _chunks(reply: aiohttp.ClientResponse, url: URL) -> AsyncIterator[bytes]:
    try:
        async for chunk in reply.content.iter_chunked(_CHUNK):
            yield chunk
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        raise Interrupted(f"{url.host} broke off: {error or type(error).__name__}") from error


def _content_range(text: str, offset: int) -> tuple[int, int | None]:
    unit, _, rest = text.partition(" ")
    span, _, total = rest.partition("/")
    start = _number(span.partition("-")[0])
    if unit != "bytes" or start != offset:
        raise UpstreamFailed(f"The server was asked for bytes from {offset} on and sent {text[:80]!r}.")
    return offset, _number(total)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
