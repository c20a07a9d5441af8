"""A client of the Model Context Protocol: it lists the tools of a server, and calls them.

Source: https://modelcontextprotocol.io/specification/2026-07-28. A server of that revision is asked without a
handshake; one that does not know `server/discover` is of an older revision, and is greeted with `initialize`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, cast

from earthshine import __version__
from earthshine.tools.mcp.failure import McpFailed
from earthshine.tools.mcp.names import MOST_LISTED
from earthshine.tools.mcp.param_headers import header_value, param_headers
from earthshine.tools.mcp.transport import Answer, Server

Json = dict[str, Any]

STATELESS = "2026-07-28"
HANDSHAKE = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Older revisions, the newest first."""
ABOUT: Json = {"name": "earthshine", "version": __version__}

LIST_SECONDS = 30.0
LARGEST_LIST, LARGEST_RESULT = 4 * 2**20, 4 * 2**20
_PAGES = 16
_ERA_SECONDS, _SESSION_SECONDS = 3600.0, 600.0
"""For how long it is remembered which revision a server speaks, and that it opened a session."""
_META = "io.modelcontextprotocol/"
_REFUSED = -32601
"""The protocol's code for a method that is not known."""
_numbers = count(1)
"""Ids of requests: no two, for several clients may speak with one server at a time."""
_EXPIRED = 404
"""What a server answers to a session that it has forgotten: it has not done what it was asked."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a server."""

    version: str
    session: str | None
    until: float

    @property
    def stateless(self) -> bool:
        """Whether each request says everything itself."""
        return self.version == STATELESS


@dataclass(frozen=True, slots=True)
class Tools:
    """A server's list of tools, as it came."""

    tools: list[Any]
    fresh_seconds: float
    """For how long it says that this holds."""


class McpClient:
    """Speaks with one server. It keeps no connection; `known` is what a former client learnt of the server."""

    def __init__(self, server: Server, known: Known | None = None) -> None:
        self._server = server
        self.known = known if known is not None and known.until > time.monotonic() else None
        self._number = 0
        """The id of the last request."""

    async def list_tools(self) -> Tools:
        """Return all tools, or the first `MOST_LISTED`, or those that came within a time. Raises `McpFailed`."""
        until = time.monotonic() + LIST_SECONDS
        tools: list[Any] = []
        params: Json = {}
        result: Json = {}
        for _ in range(_PAGES):
            result = await self._request(
                "tools/list", params, seconds=max(1.0, until - time.monotonic()), most=LARGEST_LIST
            )
            page: Any = result.get("tools")
            if not isinstance(page, list):
                raise self._wrong("lists no tools")
            tools += cast("list[Any]", page)
            cursor = result.get("nextCursor")
            if not isinstance(cursor, str) or len(tools) > MOST_LISTED or time.monotonic() > until:
                break
            params = {"cursor": cursor}
        fresh: Any = result.get("ttlMs")
        return Tools(tools, fresh / 1000 if isinstance(fresh, int | float) and fresh > 0 else 0.0)

    async def call(self, name: str, arguments: Json, schema: Any, *, seconds: float) -> Json:
        """Call a tool, once; returns the protocol's result. `schema`: of its input, as it was listed.

        Raises `McpFailed`; whether the tool was run is not known then, unless the error says so.
        """
        params = {"name": name, "arguments": arguments}
        headers = {"mcp-name": header_value(name), **param_headers(schema, arguments)}
        result = await self._request("tools/call", params, headers, seconds=seconds, most=LARGEST_RESULT)
        if result.get("resultType", "complete") != "complete":
            raise self._wrong("asks for something while its tool runs, which it cannot be told here")
        return result

    # --- one request -------------------------------------------------------------------------------------------------

    async def _request(
        self, method: str, params: Json, headers: Mapping[str, str] | None = None, *, seconds: float, most: int
    ) -> Json:
        known = await self._connect()
        answer = await self._send(method, params, headers, known, seconds=seconds, most=most)
        if answer.status == _EXPIRED and known.session is not None:
            self.known = None
            known = await self._connect()
            answer = await self._send(method, params, headers, known, seconds=seconds, most=most)
        return self._result(answer)

    async def _send(
        self, method: str, params: Json, headers: Mapping[str, str] | None, known: Known, *, seconds: float, most: int
    ) -> Answer:
        self._number = next(_numbers)
        message: Json = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        sent = {"mcp-protocol-version": known.version}
        if known.stateless:
            meta: Json = {f"{_META}protocolVersion": known.version, f"{_META}clientCapabilities": {}}
            message["params"] = {**params, "_meta": {**meta, f"{_META}clientInfo": ABOUT}}
            sent |= {"mcp-method": method, **(headers or {})}
        elif known.session is not None:
            sent["mcp-session-id"] = known.session
        try:
            asked = None if known.stateless else partial(self._decline, known)
            return await self._server.post(message, sent, seconds=seconds, most=most, asked=asked)
        except McpFailed as error:
            if error.number == 504 and not known.stateless:
                # A stateless server sees that nobody listens any more; an older one has to be told.
                cancelled = {"requestId": self._number, "reason": "It took too long."}
                await self._notify("notifications/cancelled", cancelled, known)
            raise

    async def _notify(self, method: str, params: Json, known: Known) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        await self._post_aside(message, known)

    async def _decline(self, known: Known, asked: Json) -> None:
        """Answer a request of an older server, which waits for it: we are there, and offer nothing else."""
        answer: Json = {"jsonrpc": "2.0", "id": asked["id"]}
        if asked["method"] == "ping":
            answer["result"] = {}
        else:
            answer["error"] = {"code": _REFUSED, "message": "This client offers nothing to servers."}
        await self._post_aside(answer, known)

    async def _post_aside(self, message: Json, known: Known) -> None:
        headers = {"mcp-protocol-version": known.version}
        if known.session is not None:
            headers["mcp-session-id"] = known.session
        with suppress(McpFailed):
            await self._server.post(message, headers, seconds=5, most=LARGEST_LIST)

    def _result(self, answer: Answer) -> Json:
        message = answer.message
        if message is None:
            raise self._refused(answer)
        if isinstance(message.get("result"), dict):
            return message["result"]
        error: Any = message.get("error")
        if not isinstance(error, dict):
            raise self._wrong("answers with neither a result nor an error")
        given = cast("Json", error)
        code, words = given.get("code"), str(given.get("message") or "It says no more.")[:1000]
        number = code if isinstance(code, int) and abs(code) < 2**31 else 0
        raise McpFailed(words, number, "mcp_protocol_error", data=given.get("data"))

    def _refused(self, answer: Answer) -> McpFailed:
        label = self._server.label
        if answer.status in (401, 403):
            return McpFailed(
                f"The MCP server {label!r} refuses with the status {answer.status}. Give its token as `authorization`, "
                "or its key in `headers`.",
                answer.status,
            )
        if 300 <= answer.status < 400:
            return McpFailed(
                f"The MCP server {label!r} is elsewhere (status {answer.status}); give that address as `server_url`.",
                answer.status,
            )
        told = f": {answer.body}" if answer.body else ""
        return McpFailed(
            f"The MCP server {label!r} answered with the status {answer.status} and no message of the protocol{told}",
            answer.status,
        )

    def _wrong(self, what: str) -> McpFailed:
        return McpFailed(f"The MCP server {self._server.label!r} {what}.", 502)

    # --- the beginning -----------------------------------------------------------------------------------------------

    async def _connect(self) -> Known:
        """Return what is known of the server; it is asked for its revision, and greeted, when nothing is."""
        if self.known is None:
            self.known = await self._discover() or await self._initialize()
        return self.known

    async def _discover(self) -> Known | None:
        stateless = _stateless()
        try:
            answer = await self._send("server/discover", {}, None, stateless, seconds=LIST_SECONDS, most=LARGEST_LIST)
        except McpFailed as error:
            if not error.sent or error.number in (401, 403, 504):
                raise
            return None
        if answer.status in (401, 403):
            raise self._refused(answer)
        try:
            supported: Any = self._result(answer).get("supportedVersions")
        except McpFailed as error:
            named = _supported(error)
            if named and not set(map(str, named)) & set(HANDSHAKE):
                raise self._unknown(named) from None
            return None
        return stateless if isinstance(supported, list) and STATELESS in supported else None

    async def _initialize(self) -> Known:
        begun = Known(HANDSHAKE[0], None, 0)
        params = {"protocolVersion": HANDSHAKE[0], "capabilities": {}, "clientInfo": ABOUT}
        answer = await self._send("initialize", params, None, begun, seconds=LIST_SECONDS, most=LARGEST_LIST)
        try:
            version: Any = self._result(answer).get("protocolVersion")
        except McpFailed as error:
            if STATELESS in _supported(error):
                return _stateless()  # it was too slow to say so when it was asked
            raise
        if version not in HANDSHAKE:
            raise self._unknown([version])
        known = Known(version, answer.session, time.monotonic() + _SESSION_SECONDS)
        await self._notify("notifications/initialized", {}, known)
        return known

    def _unknown(self, versions: list[Any]) -> McpFailed:
        named = ", ".join(map(str, versions))[:200]
        return self._wrong(f"speaks only revisions of the protocol that are not known here: {named}")


def _stateless() -> Known:
    return Known(STATELESS, None, time.monotonic() + _ERA_SECONDS)


def _supported(error: McpFailed) -> list[Any]:
    """Return the revisions that a server names when it refuses one."""
    data: Any = error.data
    named: Any = cast("Json", data).get("supported") if isinstance(data, dict) else None
    return cast("list[Any]", named) if isinstance(named, list) else []
