"""What a proxy in front of the server says about a request, believed from the proxies that the operator trusts only.

Headers: `X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host`, and RFC 7239's `Forwarded`, which counts where both
are sent. The client is the first address from the right that is no trusted proxy's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from earthshine.accounts.authorization.allow_lists import Network, contains, networks

_PAIR = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^;,"\s]*)\s*')
_HOST = re.compile(r"[A-Za-z0-9.\-_]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


def trusted(written: str) -> tuple[Network, ...]:
    """Read the setting: networks or addresses, separated by commas. Raises `InvalidRequest` naming the one at fault."""
    return networks((each.strip() for each in written.split(",") if each.strip()), param="trusted_proxies")


class ProxyHeaders:
    """ASGI middleware: client, scheme and host as the trusted proxies say, and the path below the public one."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network], base: str = "") -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as its client sent it."""
        if scope["type"] in ("http", "websocket"):
            scope = self._with_client(scope)
            path: str = scope["path"]
            # A proxy may take the prefix away or leave it.
            if self._base and (path == self._base or path.startswith(self._base + "/")):
                scope = {**scope, "path": path[len(self._base) :] or "/"}
        await self._app(scope, receive, send)

    def _with_client(self, scope: Scope) -> Scope:
        client = scope.get("client")
        # A socket of the file system has no address; who can open it is on this machine.
        if client and client[0] and not contains(self._trusted, client[0]):
            return scope
        headers = Headers(scope=scope)
        if "forwarded" in headers:
            hops = _forwarded(headers.getlist("forwarded"))
        elif "x-forwarded-for" in headers or "x-forwarded-proto" in headers or "x-forwarded-host" in headers:
            hops = _x_forwarded(headers)
        else:
            return scope
        found = dict(scope)
        for hop in reversed(hops):
            if address := _address(hop.get("for", "")):
                found["client"] = (address, 0)
            if (scheme := hop.get("proto", "").lower()) in ("http", "https"):
                found["scheme"] = scheme.replace("http", "ws") if scope["type"] == "websocket" else scheme
            if _HOST.fullmatch(host := hop.get("host", "")):
                others = [pair for pair in scope["headers"] if pair[0] != b"host"]
                found["headers"] = [*others, (b"host", host.encode())]
            if not address or not contains(self._trusted, address):
                break
        return found


def _x_forwarded(headers: Headers) -> list[dict[str, str]]:
    addresses = _list(headers.getlist("x-forwarded-for")) or [""]
    hops = [{"for": each} for each in addresses]
    # The proxy next to us says what it saw itself.
    last = hops[-1]
    for name in ("proto", "host"):
        if said := _list(headers.getlist(f"x-forwarded-{name}")):
            last[name] = said[-1]
    return hops


def _forwarded(values: Iterable[str]) -> list[dict[str, str]]:
    """Read RFC 7239: hops separated by commas, pairs by semicolons."""
    hops: list[dict[str, str]] = []
    for value in values:
        place, hop = 0, dict[str, str]()
        while pair := _PAIR.match(value, place):
            text = pair[2]
            hop[pair[1].lower()] = re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
            place = pair.end()
            if place < len(value) and value[place] == ",":
                hops.append(hop)
                hop = {}
            place += 1
        hops.append(hop)
    return hops


def _list(values: Iterable[str]) -> list[str]:
    return [each for value in values for each in (part.strip() for part in value.split(",")) if each]


def _address(written: str) -> str:
    """Return the address in `192.0.2.1:4711`, `"[2001:db8::1]:80"` or a bare one; empty for `unknown` and `_hidden`."""
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    return written if written and contains(_ANY, written) else ""


_ANY = networks(("0.0.0.0/0", "::/0"))
