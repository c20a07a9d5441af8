"""One request to an authorization server: bounded, never redirected, and judged by `outbound` as servers are."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

import orjson

from earthshine.errors import UpstreamFailed
from earthshine.outbound import check_url, connector_options
from earthshine.settings import Settings
from earthshine.tools.mcp.addresses import may_be_private

Json = dict[str, Any]

_SECONDS, _CONNECT_SECONDS = 15, 5
_LONGEST = 2**20


class SignInFailed(UpstreamFailed):
    """Signing in to a server did not work; the message says why."""


def safe(url: Any, settings: Settings, what: str) -> str:
    """Return an address that may be used for secrets: https, or one that the operator lets be of this network.

    Raises `SignInFailed`, and `InvalidRequest` for an address of this network that is not allowed.
    """
    private = isinstance(url, str) and may_be_private(url, settings)
    if not isinstance(url, str) or not (urlsplit(url).scheme == "https" or private):
        raise SignInFailed(f"The server names {str(url)[:200]!r} as its {what}, which is not safe to use: no https.")
    check_url(url, private=private, param="url", query=True)
    return url


async def fetch(settings: Settings, method: str, url: str, what: str, **options: Any) -> tuple[int, Json]:
    """Ask, and return the status and a JSON object, empty for what is none. Raises `SignInFailed`, `InvalidRequest`."""
    import aiohttp  # here: whoever has no connectors starts without it

    url = safe(url, settings, what)
    patience = aiohttp.ClientTimeout(total=_SECONDS, sock_connect=_CONNECT_SECONDS)
    connector = aiohttp.TCPConnector(**connector_options(private=may_be_private(url, settings)))
    headers = {"accept": "application/json", **options.pop("headers", {})}
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector, timeout=patience, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            session.request(method, url, allow_redirects=False, headers=headers, **options) as reply,
        ):
            body = bytearray()
            async for piece in reply.content.iter_any():
                body += piece
                if len(body) > _LONGEST:
                    raise SignInFailed(f"The {what} at {url[:200]} answers with more than {_LONGEST // 2**10} KiB.")
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        why = str(error)[:200] or type(error).__name__
        raise SignInFailed(f"The {what} at {url[:200]} does not answer: {why}. Try again later.") from None
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    return reply.status, cast("Json", found) if isinstance(found, dict) else {}
