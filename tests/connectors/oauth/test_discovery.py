"""The way from a server to whoever signs in for it: where it is looked for, and what is not believed."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from earthshine.connectors.oauth.discovery import (
    Resource,
    challenge_fields,
    find_authorization_server,
    find_resource,
)
from earthshine.connectors.oauth.exchange import Client, SignedOut, Tokens, refresh, register
from earthshine.connectors.oauth.fetching import SignInFailed
from earthshine.errors import InvalidRequest
from earthshine.settings import Settings
from tests.tools.mcp.servers import serve_on

Json = dict[str, Any]
RESOURCE = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"


class Site:
    """Answers each path with what a test wants, and remembers what was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.origin = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.asked.append(scope["path"])
        page = self.pages.get(scope["path"])
        status, body = page if isinstance(page, tuple) else (404 if page is None else 200, page)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [(b"content-type", b"application/json"), (b"location", b"/elsewhere")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": raw})

    def described(self, issuer: str, **more: Any) -> Json:
        """Return the description of an authorization server."""
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "code_challenge_methods_supported": ["S256"],
            **more,
        }


@pytest.fixture
def site() -> Generator[Site]:
    made = Site()
    with serve_on(made, 0) as port:
        made.origin = f"http://127.0.0.1:{port}"
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


async def test_a_server_is_asked_where_it_is_described(site: Site, settings: Settings) -> None:
    issuer = f"{site.origin}/tenant"
    said = {"resource": f"{site.origin}/a", "authorization_servers": [issuer], "scopes_supported": ["x", "y"]}
    site.pages = {RESOURCE: said, f"{OPENID}/tenant": site.described(issuer)}
    found = await find_resource(settings, f"{site.origin}/a/mcp", {})
    assert found == Resource(f"{site.origin}/a", issuer, "x y", True)
    server = await find_authorization_server(settings, found)
    assert (server.issuer, server.token) == (issuer, f"{site.origin}/token")
    assert site.asked == [f"{RESOURCE}/a/mcp", RESOURCE, f"{SERVER}/tenant", f"{OPENID}/tenant"]
    # What the challenge says comes first.
    site.pages["/here"] = {**said, "scopes_supported": ["z"]}
    told = challenge_fields(f'Bearer error="x", resource_metadata="{site.origin}/here", scope="a b"')
    assert (await find_resource(settings, f"{site.origin}/a/mcp", told)).scopes == "a b"


async def test_servers_of_before_have_their_addresses_by_custom(site: Site, settings: Settings) -> None:
    found = await find_resource(settings, f"{site.origin}/mcp", {})
    server = await find_authorization_server(settings, found)
    assert (server.authorization, server.token) == (f"{site.origin}/authorize", f"{site.origin}/token")
    assert server.registration == f"{site.origin}/register"


@pytest.mark.parametrize(
    ("resource", "server", "words"),
    [
        ({"resource": "https://other.example/mcp"}, {}, "describes another one"),
        ({"authorization_servers": []}, {}, "names nobody"),
        ({}, {"issuer": "https://evil.example"}, "calls itself"),
        ({}, {"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({}, {"token_endpoint": "http://example.org/token"}, "no https"),
        ({}, {"authorization_endpoint": "javascript:alert(1)"}, "no https"),
        ({}, {"token_endpoint": "https://10.0.0.7/token"}, "address of this machine"),
        ({"authorization_servers": ["https://169.254.169.254"]}, {}, "address of this machine"),
        ({"padding": "x" * 2**21}, {}, "more than 1024 KiB"),
    ],
)
async def test_what_is_not_believed(resource: Json, server: Json, words: str, site: Site, settings: Settings) -> None:
    said = {"resource": f"{site.origin}/mcp", "authorization_servers": [site.origin]}
    site.pages = {f"{RESOURCE}/mcp": {**said, **resource}, SERVER: {**site.described(site.origin), **server}}
    with pytest.raises((SignInFailed, InvalidRequest), match=words):
        await find_authorization_server(settings, await find_resource(settings, f"{site.origin}/mcp", {}))


async def test_redirects_are_not_followed(site: Site, settings: Settings) -> None:
    site.pages = {f"{RESOURCE}/mcp": (302, {}), "/elsewhere": {"resource": "x"}}
    await find_resource(settings, f"{site.origin}/mcp", {})
    assert "/elsewhere" not in site.asked


async def test_becoming_a_client(site: Site, settings: Settings) -> None:
    resource = Resource(f"{site.origin}/mcp", site.origin, "", True)
    site.pages = {SERVER: site.described(site.origin, client_id_metadata_document_supported=True)}
    server = await find_authorization_server(settings, resource)
    made = await register(settings, server, resource, "https://us.example/back", "https://us.example/client.json")
    assert made.id == "https://us.example/client.json" and made.secret == ""
    with pytest.raises(SignInFailed, match="with the redirect address https://us"):
        await register(settings, server, resource, "https://us.example/back", "")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ((400, {"error": "invalid_grant", "error_description": "Gone."}), "invalid_grant Gone"),
        ((500, b"<html>"), "status 500"),
        ((200, {"access_token": "a\nb", "token_type": "bearer"}), "gives no token"),
        ((200, {"access_token": "a", "token_type": "dpop"}), "kind that is not known"),
        ((200, [1]), "gives no token"),
    ],
)
async def test_what_is_no_token(page: Any, words: str, site: Site, settings: Settings) -> None:
    site.pages = {"/token": page}
    client = Client(site.origin, f"{site.origin}/token", f"{site.origin}/mcp", "", "id", "", False)
    with pytest.raises(SignInFailed, match=words) as caught:
        await refresh(settings, Tokens(client, "a", "r", 0, ""))
    assert isinstance(caught.value, SignedOut) == (page[0] == 400)
