"""The client's side of OpenID Connect: discovery, the code's exchange, and the checks of an ID token.

Source: https://openid.net/specs/openid-connect-core-1_0.html, sections 3.1.2 and 3.1.3; RFC 7636 (PKCE); RFC 9207.
"""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlencode, urlsplit

import orjson

from earthshine.errors import Unauthenticated, UpstreamFailed
from earthshine.settings import Settings

if TYPE_CHECKING:
    from jwt.types import Options

# aiohttp and jwt are imported where they are used: together they are a fifth of a start, and most servers have no
# identity provider.

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""

_ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""Signatures that are accepted, by type of key. `none`, and those by a shared secret, are not among them."""

_REQUIRED: Final = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_METADATA_SECONDS = 3600.0
_LONGEST = 2**20
_SECONDS = 15
_CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider vouches for."""

    subject: str
    """The provider's id of the person, which never changes."""
    email: str
    verified: bool
    """Whether the provider says that the address is the person's."""
    name: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What discovery tells."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    posts_secret: bool
    """Whether the secret goes into the body, because the provider takes it nowhere else."""
    read_at: float


class Provider:
    """One OpenID Connect provider. Nothing is fetched before somebody signs in."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._metadata: Metadata | None = None
        self._keys: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        """Return the provider of the settings, or None when there is none."""
        if not settings.oidc_issuer:
            return None
        return cls(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)

    async def authorization_url(self, *, state: str, nonce: str, challenge: str, redirect_uri: str) -> str:
        """Return where to send the browser. Raises `UpstreamFailed`."""
        where = (await self._discover()).authorization
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    async def identify(self, code: str, *, verifier: str, nonce: str, redirect_uri: str) -> Identity:
        """Exchange a code and return whom it stands for. Raises `Unauthenticated` and `UpstreamFailed`."""
        metadata = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        if self._client_secret and not metadata.posts_secret:
            pair = (quote(each, safe="") for each in (self._client_id, self._client_secret))
            headers["authorization"] = f"Basic {b64encode(':'.join(pair).encode()).decode()}"
        else:
            form["client_id"] = self._client_id
            if self._client_secret:
                form["client_secret"] = self._client_secret
        status, tokens = await self._fetch("POST", metadata.token, data=form, headers=headers)
        if status in (400, 401):
            raise refused(f"the provider refused the code ({str(tokens.get('error'))[:100]})")
        if status != 200 or not isinstance(tokens.get("id_token"), str):
            raise self._failed(f"answered the exchange of a code with status {status} and no ID token")
        claims = await self._verify(tokens["id_token"], nonce)
        if not isinstance(claims.get("email"), str):
            claims = {**claims, **await self._userinfo(metadata, tokens.get("access_token"), str(claims["sub"]))}
        return _identity(claims)

    async def _discover(self) -> Metadata:
        known = self._metadata
        if known is not None and time.monotonic() - known.read_at < _METADATA_SECONDS:
            return known
        status, found = await self._fetch("GET", f"{self.issuer}/.well-known/openid-configuration")
        if status != 200:
            raise self._failed(f"answered discovery with status {status}")
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise self._failed(f"calls itself {str(found.get('issuer'))[:200]!r}, not {self.issuer!r}")
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        self._metadata = Metadata(
            authorization=self._endpoint(found, "authorization_endpoint"),
            token=self._endpoint(found, "token_endpoint"),
            keys=self._endpoint(found, "jwks_uri"),
            userinfo=self._endpoint(found, "userinfo_endpoint") if "userinfo_endpoint" in found else "",
            posts_secret="client_secret_basic" not in methods,
            read_at=time.monotonic(),
        )
        return self._metadata

    def _endpoint(self, found: Mapping[str, Any], name: str) -> str:
        url = str(found.get(name, ""))
        parts, own = urlsplit(url), urlsplit(self.issuer)
        # Plain HTTP is only for providers that the operator named so, such as one on this machine.
        if parts.scheme == "https" or (parts.scheme == own.scheme == "http" and parts.hostname == own.hostname):
            return url
        raise self._failed(f"names a {name} that is not safe to use: {url[:200]!r}")

    async def _verify(self, token: str, nonce: str) -> dict[str, Any]:
        """Return a token's claims. When no known key fits, the provider may have new ones: they are read once."""
        import jwt

        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise refused(f"the ID token is malformed ({error})") from None
        claims = self._decode(token, header) or self._decode(token, header, await self._read_keys())
        if claims is None:
            raise refused("no key of the provider made the ID token's signature")
        if not hmac.compare_digest(str(claims["nonce"]).encode("utf-8", "replace"), nonce.encode()):
            raise refused("the ID token answers another sign-in (nonce)")
        several = not isinstance(claims["aud"], str) and len(cast("list[str]", claims["aud"])) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._client_id:
            raise refused("the ID token was made for somebody else (azp)")
        return claims

    def _decode(
        self, token: str, header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]] | None = None
    ) -> dict[str, Any] | None:
        """Return the claims of a token that one of the keys signed, or None when none did. Raises `Unauthenticated`."""
        import jwt

        options: Options = {"require": _REQUIRED}
        for key in self._keys if keys is None else keys:
            algorithms = _algorithms(key)
            if header.get("alg") not in algorithms or header.get("kid") not in (None, key.get("kid")):
                continue
            try:
                return jwt.decode(
                    token,
                    jwt.PyJWK.from_dict(dict(key)).key,
                    algorithms=algorithms,
                    audience=self._client_id,
                    issuer=[self.issuer, self.issuer + "/"],
                    leeway=LEEWAY,
                    options=options,
                )
            except (jwt.InvalidSignatureError, jwt.PyJWKError, jwt.InvalidKeyError):
                continue
            except jwt.PyJWTError as error:
                raise refused(f"the ID token is not valid: {error}") from None
        return None

    async def _read_keys(self) -> Sequence[Mapping[str, Any]]:
        status, found = await self._fetch("GET", (await self._discover()).keys)
        keys = found.get("keys")
        if status != 200 or not isinstance(keys, list):
            raise self._failed(f"answered with status {status} and no keys")
        self._keys = [cast("dict[str, Any]", key) for key in cast("list[object]", keys) if isinstance(key, dict)]
        return self._keys

    async def _userinfo(self, metadata: Metadata, access_token: Any, subject: str) -> dict[str, Any]:
        if not metadata.userinfo or not isinstance(access_token, str):
            return {}
        headers = {"authorization": f"Bearer {access_token}"}
        status, found = await self._fetch("GET", metadata.userinfo, headers=headers)
        # Section 5.3.2: what is about somebody else must not be used.
        return found if status == 200 and found.get("sub") == subject else {}

    async def _fetch(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        import aiohttp

        patience = aiohttp.ClientTimeout(total=_SECONDS, connect=_CONNECT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.request(method, url, allow_redirects=False, **options) as reply,
            ):
                body = await reply.content.read(_LONGEST)
                while len(body) < _LONGEST and (more := await reply.content.read(_LONGEST - len(body))):
                    body += more
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise self._failed(f"does not answer ({type(error).__name__})") from error
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            found = {}
        return reply.status, cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def _failed(self, what: str) -> UpstreamFailed:
        return UpstreamFailed(f"The identity provider {self.issuer} {what}. Try again, or tell an administrator.")


def refused(why: str) -> Unauthenticated:
    """Return the error for a sign-in through a provider that did not convince us."""
    return Unauthenticated(f"The sign-in was not accepted: {why}. Begin again.", code="oidc_refused")


def _algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    possible = _ALGORITHMS.get(str(key.get("kty")), ()) if key.get("use") != "enc" else ()
    return tuple(each for each in possible if key.get("alg") in (None, each))


def _identity(claims: Mapping[str, Any]) -> Identity:
    email, name = claims.get("email"), claims.get("name")
    return Identity(
        subject=str(claims["sub"]),
        email=email if isinstance(email, str) else "",
        # Some providers write it as text.
        verified=claims.get("email_verified") is True or claims.get("email_verified") == "true",
        name=name if isinstance(name, str) else "",
    )
