"""The `mcp` package's own server with its own authorization server, in a thread; the person there always agrees."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    RefreshToken,
    TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.tools.mcp.servers import serve_on

Json = dict[str, Any]


class Provider:
    """Signs everybody in, and rotates refresh tokens: each is good once."""

    def __init__(self) -> None:
        self.clients: dict[str, OAuthClientInformationFull] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.access: dict[str, AccessToken] = {}
        self.refreshing: dict[str, RefreshToken] = {}
        self.asked: list[AuthorizationParams] = []
        self.refreshed = 0
        self.lasts = 3600
        self.delay = 0.0
        self.scopes: list[str] = ["shop"]

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        assert client_info.client_id
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        self.asked.append(params)
        assert client.client_id
        code = AuthorizationCode(
            code=secrets.token_hex(20),
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=True,
            resource=params.resource,
        )
        self.codes[code.code] = code
        return construct_redirect_uri(str(params.redirect_uri), code=code.code, state=params.state)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self._tokens(client, authorization_code.resource)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        return self.refreshing.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        import asyncio

        if self.refreshing.pop(refresh_token.token, None) is None:
            raise TokenError("invalid_grant", "It was used before.")
        self.refreshed += 1
        await asyncio.sleep(self.delay)
        return self._tokens(client, refresh_token.resource)

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.access.get(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.access.pop(token.token, None)

    async def exchange_identity_assertion(self, client: Any, params: Any) -> OAuthToken:
        raise TokenError("unsupported_grant_type")

    def _tokens(self, client: OAuthClientInformationFull, resource: str | None) -> OAuthToken:
        assert client.client_id
        access, refresh = secrets.token_hex(16), secrets.token_hex(16)
        until = int(time.time()) + self.lasts
        own = {"client_id": client.client_id, "scopes": list(self.scopes), "resource": resource}
        self.access[access] = AccessToken(token=access, expires_at=until, **own)
        self.refreshing[refresh] = RefreshToken(token=refresh, **own)
        scope = " ".join(self.scopes)
        return OAuthToken(access_token=access, expires_in=self.lasts, refresh_token=refresh, scope=scope)

    def expire(self) -> None:
        """Let no access token that is out hold any more."""
        self.access.clear()


class GuardedShop:
    """The server, and who signs in for it."""

    def __init__(self) -> None:
        self.provider = Provider()
        self.sold: list[str] = []
        self.seen: list[str] = []
        self.url = ""

    def app(self, origin: str) -> ASGIApp:
        """Return the application that answers at this origin."""
        self.url = f"{origin}/mcp"
        registration = ClientRegistrationOptions(enabled=True, valid_scopes=["shop", "till"], default_scopes=["shop"])
        auth = AuthSettings.model_validate(
            {
                "issuer_url": origin,
                "resource_server_url": self.url,
                "required_scopes": ["shop"],
                "validate_token_resource": True,
                "client_registration_options": registration,
            }
        )
        server = MCPServer("guarded", auth_server_provider=self.provider, auth=auth)

        @server.tool()
        def sell(thing: str) -> str:
            """Sell a thing."""
            self.sold.append(thing)
            return f"Sold {thing}."

        inner = server.streamable_http_app(host="127.0.0.1")

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.seen.append(f"{scope['method']} {scope['path']}")
            await inner(scope, receive, send)

        return app


@contextmanager
def guarded_shop() -> Generator[GuardedShop]:
    """Serve one on a free port of the loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    shop = GuardedShop()
    with serve_on(shop.app(f"http://127.0.0.1:{port}"), port):
        yield shop


def query_of(url: str) -> dict[str, str]:
    """Return what follows the question mark."""
    return dict(parse_qsl(urlsplit(url).query))
