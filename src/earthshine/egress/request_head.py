"""The head of a request to a proxy: CONNECT, or a request in plain HTTP with a whole address.

Source: RFC 9110 section 9.3.6, RFC 9112 sections 3.2 and 6. What two readers could take in two ways is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from earthshine.egress.policy import host_name, literal
from earthshine.egress.record import Refused

MOST_HEAD = 16_384
"""Bytes."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HOPS = frozenset({"connection", "proxy-connection", "proxy-authorization", "keep-alive", "te", "upgrade", "trailer"})
"""Fields that are for the proxy alone."""


@dataclass(frozen=True, slots=True)
class Head:
    """One request."""

    method: str
    host: str
    """As `host_name` returns it; empty where the target has no such name."""
    port: int
    forward: bytes = b""
    """What the server is sent in place of the head; nothing for CONNECT."""
    body: int = 0
    """Bytes that follow the head."""
    literal: str = ""
    """An IP address, or `localhost`, where the target is that and no name."""


def read_head(data: bytes, within: tuple[str, int] | None = None) -> Head:
    """Read a head, the empty line included. Raises `Refused`.

    `within`: the host and port of a connection that was opened, where a target has neither.
    """
    lines = data.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0") or not _TOKEN.fullmatch(words[0]):
        raise _bad("This is a proxy: it takes `CONNECT host:port` or a request with a whole http:// address.")
    method, target, _ = words
    fields = [_field(line) for line in lines[1:]]
    if within is not None:
        return _within(method, target, fields, *within)
    if method == "CONNECT":
        host, port, plain = _target(target)
        return Head(method, host, port, literal=plain)
    if not target.startswith("http://"):
        raise _bad("Ask for a whole http:// address; what is encrypted goes through CONNECT.")
    authority, slash, path = target.removeprefix("http://").partition("/")
    authority, query, rest = authority.partition("?")
    host, port, plain = _target(authority if ":" in authority.rpartition("]")[2] else f"{authority}:80")
    path = f"/{path}" if slash else f"/?{rest}" if query else "/"
    named = f"[{plain}]" if ":" in plain else host or plain
    forward = _forwarded(method, path, fields, named if port == 80 else f"{named}:{port}")
    return Head(method, host, port, forward, _length(fields), plain)


def _within(method: str, target: str, fields: list[tuple[str, str]], host: str, port: int) -> Head:
    if method == "CONNECT" or not target.startswith("/"):
        raise _bad("Ask for a path; this connection leads to one host.")
    forward = _forwarded(method, target, fields, host if port == 443 else f"{host}:{port}")
    return Head(method, host, port, forward, _length(fields))


def _forwarded(method: str, path: str, fields: list[tuple[str, str]], shown: str) -> bytes:
    kept = [(name, value) for name, value in fields if name.lower() not in _HOPS and name.lower() != "host"]
    head = [f"{method} {path} HTTP/1.1", f"Host: {shown}", *(f"{name}: {value}" for name, value in kept)]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1")


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
        raise _bad("A header of the request is broken.")
    return name, value.strip()


def _target(authority: str) -> tuple[str, int, str]:
    host, colon, port = authority.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536) or "@" in host:
        raise _bad("The target must be a host and a port, without a user name.")
    named = host_name(host) or ""
    return named, int(port), "" if named else literal(host) or ""


def _length(fields: list[tuple[str, str]]) -> int:
    """Return the length of the body, which must be known: what follows it could be a request to another host."""
    if any(name.lower() == "transfer-encoding" for name, _ in fields):
        raise Refused("bad_request", "411 Length Required", "Send a Content-Length, and no Transfer-Encoding.")
    lengths = {value for name, value in fields if name.lower() == "content-length"}
    if len(lengths) > 1 or not all(each.isascii() and each.isdigit() and len(each) < 16 for each in lengths):
        raise _bad("The Content-Length is broken.")
    return int(lengths.pop()) if lengths else 0


def _bad(message: str) -> Refused:
    return Refused("bad_request", "400 Bad Request", message)
