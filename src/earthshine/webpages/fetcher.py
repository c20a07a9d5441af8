"""Fetches pages from the web: public addresses only, judged again at each redirect, within bounds of size and time.

A site's robots.txt is asked first. Nothing of the caller goes out but the address: no cookie, no key, no referrer.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from earthshine import __version__
from earthshine.errors import InvalidRequest, PermissionDenied
from earthshine.outbound import PrivateAddress, check_url, connector_options
from earthshine.webpages import robots
from earthshine.webpages.bodies import body_of

if TYPE_CHECKING:
    from aiohttp import ClientSession

MOST_BYTES = 16 * 2**20
"""Of one page."""
_SECONDS = 30.0
"""For one page, redirects and robots.txt included."""
_REDIRECTS = 5
_LONGEST_URL = 2000
_ROBOTS_SECONDS, _MOST_SITES = 3600.0, 500
"""For how long a robots.txt is believed, and of how many sites it is kept."""
_AT_ONCE = 8
_MOVED = (301, 302, 303, 307, 308)

Allow = Callable[[str], None]
"""Raises `PermissionDenied` for an address that must not be fetched."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came."""

    url: str
    """Where it was in the end."""
    content_type: str
    """Such as `text/html`; empty where the site said none."""
    charset: str
    """As the site said it; empty where it said none."""
    body: bytes
    at: int
    """Unix seconds."""


class Fetcher:
    """Fetches pages, some at once."""

    def __init__(self, *, private: bool = False) -> None:
        """`private`: also from addresses of this machine and its network."""
        self._private = private
        self._robots: OrderedDict[str, tuple[float, list[robots.Rule]]] = OrderedDict()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, url: str, allow: Allow) -> Fetched:
        """Return what is behind an address. `allow` is asked about each one on the way.

        Raises `InvalidRequest` for an address that is none, is private, or gives no page, `PermissionDenied` for one
        that robots.txt or `allow` forbids.
        """
        import aiohttp  # here: who fetches nothing starts without it

        async with self._turns:
            connector = aiohttp.TCPConnector(**connector_options(private=self._private))
            headers = {
                "User-Agent": f"Earthshine/{__version__} (fetches a page that its user asks a model about)",
                "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
                "Accept-Encoding": "gzip",
            }
            try:
                async with (
                    asyncio.timeout(_SECONDS),
                    aiohttp.ClientSession(
                        connector=connector, headers=headers, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
                    ) as session,
                ):
                    return await self._follow(session, url, allow)
            except TimeoutError:
                raise InvalidRequest(f"{url[:200]} took more than {_SECONDS:.0f} seconds.") from None
            except (aiohttp.ClientError, OSError, ValueError) as error:
                if isinstance(getattr(error, "os_error", error), PrivateAddress):
                    raise _private(url) from None
                raise InvalidRequest(f"{url[:200]} cannot be fetched: {str(error)[:200]}.") from None

    async def _follow(self, session: ClientSession, url: str, allow: Allow) -> Fetched:
        for _ in range(_REDIRECTS + 1):
            url = urldefrag(url)[0]
            self._check(url)
            allow(url)
            if not robots.allows(await self._rules(session, url, allow), url):
                raise PermissionDenied(f"The site does not let programs read {url[:200]} (robots.txt).")
            async with session.get(url, allow_redirects=False) as reply:
                location = reply.headers.get("Location")
                if reply.status in _MOVED and location:
                    url = urljoin(url, location)
                    continue
                if reply.status != 200:
                    raise InvalidRequest(f"{url[:200]} answered {reply.status}.")
                kind, charset = _content_type(reply.headers.get("Content-Type", ""))
                return Fetched(url, kind, charset, await body_of(reply, MOST_BYTES), int(time.time()))
        raise InvalidRequest(f"{url[:200]} leads on more than {_REDIRECTS} times.")

    async def _rules(self, session: ClientSession, url: str, allow: Allow) -> list[robots.Rule]:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        known = self._robots.get(site)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        rules = robots.rules_of(await self._robots_text(session, f"{site}/robots.txt", allow))
        self._robots[site] = time.monotonic() + _ROBOTS_SECONDS, rules
        self._robots.move_to_end(site)
        while len(self._robots) > _MOST_SITES:
            self._robots.popitem(last=False)
        return rules

    async def _robots_text(self, session: ClientSession, url: str, allow: Allow) -> str:
        """Return a robots.txt; nothing where none is, what forbids all where a site cannot say (RFC 9309, 2.3)."""
        for _ in range(_REDIRECTS + 1):
            self._check(url)
            allow(url)
            async with session.get(url, allow_redirects=False) as reply:
                location = reply.headers.get("Location")
                if reply.status in _MOVED and location:
                    url = urldefrag(urljoin(url, location))[0]
                    continue
                if reply.status >= 500 or reply.status == 429:
                    return "User-agent: *\nDisallow: /"
                if reply.status != 200:
                    return ""
                return (await body_of(reply, robots.MOST_BYTES, cut=True)).decode("utf-8", "replace")
        return ""

    def _check(self, url: str) -> None:
        if len(url) > _LONGEST_URL:
            raise InvalidRequest(f"An address has {_LONGEST_URL} characters at most.")
        try:
            check_url(url, private=self._private, param="url", query=True)
        except InvalidRequest as error:
            if error.code != "upstream_address":
                raise
            raise _private(url) from None


def _private(url: str) -> InvalidRequest:
    return InvalidRequest(
        f"{url[:200]} is an address of this server's machine or network, from which nothing is fetched.", param="url"
    )


def _content_type(header: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = header or "application/octet-stream"
    kind = message.get_content_type() if header else ""
    charset = message.get_param("charset", "")
    return kind, charset.strip().lower()[:40] if isinstance(charset, str) else ""
