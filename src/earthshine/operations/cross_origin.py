"""What browsers of other origins and plain HTTP clients want of every address: CORS, HEAD and OPTIONS.

Origins are those of the setting `cors_origins`; by default there are none. Sources: RFC 9110, and
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earthshine.accounts.authorization.route_table import RouteTable
from earthshine.services import Services

EXPOSED = b"x-request-id, retry-after, content-disposition, x-ratelimit-limit-requests, x-ratelimit-limit-tokens, " \
    b"x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, " \
    b"x-ratelimit-reset-tokens"  # fmt: skip
"""Headers of replies that pages may read besides the plain ones."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_SECONDS = b"600"
_NOSNIFF = (b"x-content-type-options", b"nosniff")


def origins_of(written: str) -> frozenset[str]:
    """Read the setting: origins separated by commas, or `*`."""
    return frozenset(each.strip().rstrip("/").lower() for each in written.split(",") if each.strip())


class CrossOrigin:
    """ASGI middleware that answers preflights and OPTIONS, serves HEAD by GET, and says who may read replies."""

    def __init__(self, app: ASGIApp, origins: Iterable[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        shared = self._shared(scope) if self._origins else []
        method = scope["method"]
        if method == "OPTIONS" and (allowed := _allowed(scope)):
            await _options(scope, allowed, shared, send)
            return
        if method == "HEAD":
            head = _Head(receive, send)
            scope, receive, send = {**scope, "method": "GET"}, head.receive, head.send

        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message["headers"])
                names = {name for name, _ in headers}
                if _NOSNIFF[0] not in names:
                    headers.append(_NOSNIFF)
                headers += [pair for pair in shared if pair[0] not in names or pair[0] == b"vary"]
            await send(message)

        await self._app(scope, receive, mark)

    def _shared(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return the headers that let a page read the reply."""
        origin = Headers(scope=scope).get("origin", "")
        if origin and origin.lower() in self._origins:
            who = [(b"access-control-allow-origin", origin.encode("latin-1"))]
            who.append((b"access-control-allow-credentials", b"true"))
        elif origin and "*" in self._origins:
            who = [(b"access-control-allow-origin", b"*")]
        else:
            who = []
        return [*who, *([(b"access-control-expose-headers", EXPOSED)] if who else []), (b"vary", b"origin")]


async def _options(scope: Scope, allowed: list[str], shared: list[tuple[bytes, bytes]], send: Send) -> None:
    asked = Headers(scope=scope)
    headers = [(b"allow", ", ".join(allowed).encode()), _NOSNIFF, (b"content-length", b"0"), *shared]
    if "access-control-request-method" in asked and any(name.startswith(b"access-control") for name, _ in shared):
        headers += [
            (b"access-control-allow-methods", ", ".join(allowed).encode()),
            (b"access-control-max-age", _SECONDS),
        ]
        wanted = asked.get("access-control-request-headers", "")
        if wanted:
            headers.append((b"access-control-allow-headers", wanted[:4096].encode("latin-1")))
        if "access-control-request-private-network" in asked:
            headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _allowed(scope: Scope) -> list[str]:
    """Return the methods of an address; none for an unknown one, about which the gate has something to say."""
    services: Services = scope["app"].state.services
    path: str = scope["path"]
    table = services.get(RouteTable)
    found = set(table.methods(path) or table.methods(path.rstrip("/")))
    if "GET" in found:
        found.add("HEAD")
    return [*sorted(found, key=_METHODS.index), "OPTIONS"] if found else []


class _Head:
    """The reply to a GET without its body; what makes the body is told that its reader is gone."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._done = False

    async def receive(self) -> Message:
        """Pass on what the client sends."""
        return {"type": "http.disconnect"} if self._done else await self._receive()

    async def send(self, message: Message) -> None:
        """Pass on the head alone."""
        if message["type"] == "http.response.start":
            await self._send(message)
        elif not self._done:
            self._done = True
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
