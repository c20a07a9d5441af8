"""One message to a server and its answer: what a server is, and those over HTTP, bounded and judged by `outbound`.

Source: Streamable HTTP, https://modelcontextprotocol.io/specification/2026-07-28/basic/transports. An answer is a JSON
object, or a stream of server-sent events in which it comes last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import orjson

from earthshine.errors import InvalidRequest
from earthshine.outbound import check_url, connector_options
from earthshine.tools.mcp.failure import McpFailed
from earthshine.wire.decoding import aside, check_count

if TYPE_CHECKING:
    from aiohttp import ClientResponse, StreamReader

Json = dict[str, Any]

CONNECT_SECONDS = 5.0
_MOST_VALUES, _MOST_CONTAINERS = 100_000, 20_000
_MOST_ASKED = 16
"""Requests of the server that are answered while it works on one of ours."""
_TOLD = 300
"""Characters of a refusal's body that are told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    """Of HTTP; 200 for what does not speak it."""
    session: str | None
    """The id of the session that the server opened."""
    message: Json | None
    """The JSON-RPC message that answers; None when there is none."""
    body: str = ""
    """The beginning of a refusal's body that is no message."""
    challenge: str = ""
    """How a server wants to be convinced, which refuses."""


Asked = Callable[[Json], Awaitable[None]]
"""Answers a request that the server sends while it works on ours."""


class Server(Protocol):
    """Whatever can be sent messages of the protocol."""

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    @property
    def key(self) -> Hashable:
        """What tells it from others, and from itself before it began anew."""
        ...

    async def post(
        self, message: Json, headers: Mapping[str, str], *, seconds: float, most: int, asked: Asked | None = None
    ) -> Answer:
        """Send a message. Raises `McpFailed` when nothing whole comes back, `InvalidRequest` for what is forbidden."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is, what it is sent with each request, and whether it may be at a private address."""

    label: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    private: bool = False

    @property
    def key(self) -> Hashable:
        """Nobody meets what another one was told."""
        return self.url, self.headers

    async def post(
        self, message: Json, headers: Mapping[str, str], *, seconds: float, most: int, asked: Asked | None = None
    ) -> Answer:
        """Send a message over HTTP."""
        return await post(self, message, headers, seconds=seconds, most=most, asked=asked)


async def post(
    endpoint: Endpoint,
    message: Json,
    headers: Mapping[str, str],
    *,
    seconds: float,
    most: int,
    asked: Asked | None = None,
) -> Answer:
    """Send a message. Raises `McpFailed` when nothing whole comes back, `InvalidRequest` for a forbidden address."""
    import aiohttp  # here: whoever names no server starts without it

    check(endpoint)
    sent = {
        # What the request has for the server comes first: it cannot change what the protocol needs.
        **dict(endpoint.headers),
        "accept": "application/json, text/event-stream",
        "accept-encoding": "identity",
        "content-type": "application/json",
        **headers,
    }
    try:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(**connector_options(private=endpoint.private)),
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            ) as session,
            session.post(endpoint.url, data=orjson.dumps(message), headers=sent, allow_redirects=False) as reply,
        ):
            return await _answer(endpoint, message.get("id"), reply, most, asked)
    except aiohttp.ClientConnectorError as error:
        raise McpFailed(
            f"The MCP server {endpoint.label!r} cannot be reached: {str(error)[:_TOLD]}. Nothing was sent.",
            502,
            sent=False,
        ) from None
    except TimeoutError:
        raise McpFailed(f"The MCP server {endpoint.label!r} did not answer within {seconds:g} seconds.", 504) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = str(error)[:_TOLD] or type(error).__name__
        raise McpFailed(f"The connection to the MCP server {endpoint.label!r} broke: {why}.", 502) from None


def check(endpoint: Endpoint) -> None:
    """Raise `InvalidRequest` for an address of this machine or its network that the operator has not allowed."""
    try:
        check_url(endpoint.url, private=endpoint.private, param="server_url", query=True)
    except InvalidRequest as error:
        if error.code != "upstream_address":
            raise
        raise InvalidRequest(
            f"The MCP server {endpoint.label!r} is at an address of this machine or its network. The operator of this "
            "server can allow that with the setting `private_mcp_servers`.",
            param="server_url",
        ) from None


async def _answer(endpoint: Endpoint, wanted: Any, reply: ClientResponse, most: int, asked: Asked | None) -> Answer:
    opened = reply.headers.get("mcp-session-id")
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream" and reply.status == 200:
        left = _MOST_ASKED if asked is not None else 0
        async for data in _events(endpoint, reply.content, most):
            message = await decoded(endpoint.label, data)
            if message is not None and message.get("id") == wanted and "method" not in message:
                return Answer(reply.status, opened, message)
            if asked is not None and left and message is not None and "method" in message and "id" in message:
                left -= 1
                await asked(message)
        raise McpFailed(f"The MCP server {endpoint.label!r} ended its stream without an answer.", 502)
    raw = bytearray()
    async for piece in reply.content.iter_any():
        raw += piece
        if len(raw) > most:
            raise _too_much(endpoint, most)
    message = await decoded(endpoint.label, bytes(raw)) if raw and kind == "application/json" else None
    if message is not None and "error" not in message and ("result" not in message or message.get("id") != wanted):
        message = None
    text = "" if message is not None else " ".join(raw[: 4 * _TOLD].decode(errors="replace").split())[:_TOLD]
    return Answer(reply.status, opened, message, text, reply.headers.get("www-authenticate", ""))


async def _events(endpoint: Endpoint, content: StreamReader, most: int) -> AsyncIterator[bytes]:
    """Yield the data of each event."""
    line, data, size = bytearray(), list[bytes](), 0
    async for piece in content.iter_any():
        size += len(piece)
        if size > most:
            raise _too_much(endpoint, most)
        *whole, rest = piece.split(b"\n")
        for part in whole:
            line += part
            text = bytes(line).rstrip(b"\r")
            line.clear()
            if text.startswith(b"data:"):
                data.append(text[5:].removeprefix(b" "))
            elif not text and data:
                yield b"\n".join(data)
                data.clear()
        line += rest


async def decoded(label: str, raw: bytes) -> Json | None:
    """Return a JSON object; None for other JSON, and for none. Raises `McpFailed` for what has too much in it."""

    def decode() -> Any:
        check_count(raw, _MOST_VALUES, _MOST_CONTAINERS, what=f"An answer of the MCP server {label!r}")
        return orjson.loads(raw)

    try:
        value = await aside(len(raw), decode)
    except orjson.JSONDecodeError:
        return None
    except InvalidRequest as error:
        raise McpFailed(error.message, 502) from None
    return cast("Json", value) if isinstance(value, dict) else None


def _too_much(endpoint: Endpoint, most: int) -> McpFailed:
    return McpFailed(f"The MCP server {endpoint.label!r} answers with more than {most // 2**10} KiB.", 502)
