"""Questions to a server that nobody knows yet: bounded in time and bytes, without redirects, judged by `outbound`."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import orjson

from earthshine.engines.openai_compatible.errors import unreachable
from earthshine.errors import EarthshineError, UpstreamFailed
from earthshine.outbound import check_url, connector_options, is_loopback
from earthshine.wire.decoding import MOST_VALUES, aside, check_count

if TYPE_CHECKING:
    import aiohttp

CONNECT_SECONDS, SECONDS = 5.0, 30.0
"""The longer one ends what no caller has ended before."""
LARGEST = 8 * 2**20
"""Bytes of a list of models; the longest that vendors have takes one."""


@dataclass(frozen=True, slots=True)
class ServerReply:
    """One HTTP reply, whole."""

    status: int
    headers: dict[str, str]
    body: bytes
    listed: list[Any] | None
    """The body if it is a JSON list."""
    object: dict[str, Any]
    """The body if it is a JSON object, else an empty one."""


class ServerClient:
    """Asks one server, with its key. Use it as an asynchronous context manager."""

    def __init__(self, *, api_key: str, private: bool) -> None:
        self._headers = {"accept": "application/json", "accept-encoding": "identity"}
        if api_key:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._private = private
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> ServerClient:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    async def get(self, url: str) -> ServerReply:
        """Ask. Raises `UpstreamFailed` when there is no whole reply, and a 400 for an address that may not be asked."""
        return await self._ask("GET", url, None)

    async def post(self, url: str, body: Any) -> ServerReply:
        """Ask with a JSON body. Raises as `get` does."""
        return await self._ask("POST", url, body)

    async def _ask(self, method: str, url: str, body: Any) -> ServerReply:
        import aiohttp  # here: who connects no server starts without it

        check_url(url, private=self._private, param="base_url")
        host = urlsplit(url).netloc
        try:
            async with self._session(url).request(
                method, url, json=body, headers=self._headers, allow_redirects=False
            ) as reply:
                raw = await _read(reply, host)
                value = await aside(len(raw), _value, raw, host)
                listed = cast("list[Any]", value) if isinstance(value, list) else None
                found = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
                return ServerReply(reply.status, dict(reply.headers), raw, listed, found)
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
            raise unreachable(error, host=host, seconds=SECONDS, connect_seconds=CONNECT_SECONDS) from error

    def _session(self, url: str) -> aiohttp.ClientSession:
        import aiohttp

        proxied = self._private and not is_loopback(urlsplit(url).hostname or "")
        if proxied not in self._sessions:
            self._sessions[proxied] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(**connector_options(private=self._private)),
                timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=proxied,
            )
        return self._sessions[proxied]


async def _read(reply: aiohttp.ClientResponse, host: str) -> bytes:
    raw = bytearray()
    async for piece in reply.content.iter_any():
        raw += piece
        if len(raw) > LARGEST:
            raise UpstreamFailed(f"{host} answers with more than {LARGEST // 2**20} MiB; that is no list of models.")
    return bytes(raw)


def _value(raw: bytes, host: str) -> Any:
    try:
        check_count(raw, containers=MOST_VALUES)
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    except EarthshineError:
        raise UpstreamFailed(
            f"{host} answers with more than {MOST_VALUES} values; that is no list of models."
        ) from None
