"""An OpenID provider on loopback that signs whatever a test tells it to, and checks what the client sends."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
import orjson
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CLIENT, SECRET = "earthshine", "s3cret/+&"


@cache
def usual_key() -> rsa.RSAPrivateKey:
    """The key of each provider that is not given another; to make one takes a tenth of a second."""
    return new_key()


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign(claims: dict[str, Any], key: Key, kid: str | None, algorithm: str) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


@dataclass
class HostileProvider:
    """Answers as its attributes say."""

    issuer: str = ""
    keys: dict[str, Key] = field(default_factory=lambda: {"one": usual_key()})
    """What it publishes, by key id."""
    kid: str | None = "one"
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    """What differs from an honest ID token; None leaves a claim out."""
    forge: Callable[[dict[str, Any]], str] | None = None
    """Makes the ID token instead."""
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    """What differs in discovery."""
    userinfo: dict[str, Any] = field(default_factory=dict[str, Any])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    fetched: list[str] = field(default_factory=list[str])

    def grant(self, query: dict[str, str]) -> str:
        """Let the person in, as the page at `authorization_endpoint` would; returns the code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return code

    async def discovery(self, request: web.Request) -> web.Response:
        self.fetched.append("discovery")
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                **self.metadata,
            }
        )

    async def published(self, request: web.Request) -> web.Response:
        self.fetched.append("keys")
        found: list[dict[str, Any]] = [{"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}, {"kty": "XYZ"}]
        for kid, key in self.keys.items():
            algorithm = (
                jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
            )
            found.append({**orjson.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig"})
        return web.json_response({"keys": found})

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if "client_secret_post" in self.metadata.get("token_endpoint_auth_methods_supported", ()):
            assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        else:
            expected = base64.b64encode(f"{CLIENT}:s3cret%2F%2B%26".encode()).decode()
            assert request.headers["authorization"] == f"Basic {expected}"
        query = self.codes.pop(str(form["code"]), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).decode()
        if (
            query is None
            or challenge.rstrip("=") != query["code_challenge"]
            or query["code_challenge_method"] != "S256"
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        assert form["redirect_uri"] == query["redirect_uri"]
        now = int(time.time())
        honest: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "moon-1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": query["nonce"],
            "email": "amal@example.org",
            "email_verified": True,
            "name": "Amal أمل",
        }
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        made = (
            self.forge(claims) if self.forge else sign(claims, self.keys[self.kid or "one"], self.kid, self.algorithm)
        )
        return web.json_response({"access_token": "access", "token_type": "Bearer", "id_token": made})

    async def about(self, request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer access"
        return web.json_response(self.userinfo)


@asynccontextmanager
async def hostile_provider() -> AsyncGenerator[HostileProvider]:
    """Run one on a free loopback port."""
    provider = HostileProvider()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.discovery)
    app.router.add_get("/keys", provider.published)
    app.router.add_post("/token", provider.token)
    app.router.add_get("/userinfo", provider.about)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
