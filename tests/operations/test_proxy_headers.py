"""What proxies say is believed from trusted ones alone, and a prefix is taken off whether the proxy does it or not."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.operations.proxy_headers import ProxyHeaders, trusted


async def seen(client: str, *headers: tuple[str, str], path: str = "/v1/models", base: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.update(scope)

    raw = [(b"host", b"inside:8000"), *((name.encode(), value.encode()) for name, value in headers)]
    scope = {"type": "http", "client": (client, 4711), "scheme": "http", "path": path, "headers": raw}

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    await ProxyHeaders(app, trusted("127.0.0.1, 10.0.0.0/8, ::1"), base)(scope, nothing, nothing)
    return found


FOR, PROTO, HOST = "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"


@pytest.mark.parametrize(
    ("client", "headers", "address"),
    [
        ("127.0.0.1", [(FOR, "203.0.113.7")], "203.0.113.7"),
        ("10.9.9.9", [(FOR, "203.0.113.7")], "203.0.113.7"),
        ("::ffff:10.9.9.9", [(FOR, "203.0.113.7")], "203.0.113.7"),
        ("192.0.2.1", [(FOR, "203.0.113.7")], "192.0.2.1"),
        ("10.0.0.1", [(FOR, "6.6.6.6, 203.0.113.7, 10.1.1.1")], "203.0.113.7"),
        ("10.0.0.1", [(FOR, "6.6.6.6"), (FOR, "203.0.113.7:5511")], "203.0.113.7"),
        ("10.0.0.1", [(FOR, "[2001:db8::1]:80")], "2001:db8::1"),
        ("10.0.0.1", [(FOR, "6.6.6.6, unknown")], "10.0.0.1"),
        ("10.0.0.1", [(FOR, "10.0.0.5")], "10.0.0.5"),
        ("10.0.0.1", [("forwarded", 'for=6.6.6.6, for="[2001:db8::1]:47";proto=https')], "2001:db8::1"),
        ("10.0.0.1", [("forwarded", "for=203.0.113.7"), ("forwarded", "for=10.0.0.2")], "203.0.113.7"),
        ("10.0.0.1", [("forwarded", "for=_hidden")], "10.0.0.1"),
        ("192.0.2.1", [("forwarded", "for=203.0.113.7")], "192.0.2.1"),
        ("10.0.0.1", [("forwarded", "for=203.0.113.7"), (FOR, "6.6.6.6")], "203.0.113.7"),
        ("10.0.0.1", [(FOR, "")], "10.0.0.1"),
        ("10.0.0.1", [(FOR, "nonsense<>")], "10.0.0.1"),
    ],
)
async def test_who_the_client_is(client: str, headers: list[tuple[str, str]], address: str) -> None:
    assert (await seen(client, *headers))["client"][0] == address


async def test_scheme_and_host() -> None:
    said = ((PROTO, "https"), (HOST, "ai.example.org"))
    found = await seen("10.0.0.1", *said)
    assert (found["scheme"], dict(found["headers"])[b"host"]) == ("https", b"ai.example.org")
    found = await seen("192.0.2.1", *said)
    assert (found["scheme"], dict(found["headers"])[b"host"]) == ("http", b"inside:8000")
    found = await seen("10.0.0.1", ("forwarded", 'for=1.2.3.4;host="ai.example.org:8443";proto=https'))
    assert (found["scheme"], dict(found["headers"])[b"host"]) == ("https", b"ai.example.org:8443")
    found = await seen("10.0.0.1", (PROTO, "javascript"), (HOST, "a b/"))
    assert (found["scheme"], dict(found["headers"])[b"host"]) == ("http", b"inside:8000")


@pytest.mark.parametrize(
    ("path", "base", "below"),
    [
        ("/ai/v1/models", "/ai", "/v1/models"),
        ("/v1/models", "/ai", "/v1/models"),
        ("/ai", "/ai", "/"),
        ("/ai/", "/ai", "/"),
        ("/airy", "/ai", "/airy"),
        ("/ai/v1", "", "/ai/v1"),
    ],
)
async def test_the_path_below_the_public_one(path: str, base: str, below: str) -> None:
    assert (await seen("192.0.2.1", path=path, base=base))["path"] == below
