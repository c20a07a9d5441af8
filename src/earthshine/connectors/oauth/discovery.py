"""From a server to whoever signs in for it. Source: RFC 9728, RFC 8414, OpenID Connect Discovery 1.0."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from earthshine.connectors.oauth.fetching import Json, SignInFailed, fetch, safe
from earthshine.settings import Settings

_PARAMETER = re.compile(r'([a-zA-Z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_LONGEST_CHALLENGE = 8192


@dataclass(frozen=True, slots=True)
class Resource:
    """What a server says of itself."""

    identifier: str
    """What tokens are asked for (RFC 8707)."""
    issuer: str
    scopes: str
    """What to ask for, separated by blanks; empty where nobody says."""
    described: bool
    """Whether it said so; servers of before the revision 2025-06-18 are their own authorization servers."""


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """Whoever signs in for it."""

    issuer: str
    authorization: str
    token: str
    registration: str
    """Empty where clients cannot register by themselves."""
    takes_documents: bool
    """Whether a client's id may be the address of a document about it."""
    posts_secret: bool
    """Whether a secret goes into the body, because it is taken nowhere else."""
    tells_issuer: bool
    """Whether it says who it is when it sends the browser back (RFC 9207)."""


def challenge_fields(header: str) -> dict[str, str]:
    """Return the parameters of a `WWW-Authenticate` header of the scheme Bearer."""
    scheme, _, rest = header[:_LONGEST_CHALLENGE].partition(" ")
    if scheme.lower() != "bearer":
        return {}
    return {each[1].lower(): each[2] if each[2] is not None else each[3] for each in _PARAMETER.finditer(rest)}


async def find_resource(settings: Settings, url: str, challenge: dict[str, str]) -> Resource:
    """Return what a server says of itself. Raises `SignInFailed`, `InvalidRequest` for a private address."""
    parts = urlsplit(url)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    named = challenge.get("resource_metadata", "")
    places = [named] if named else [f"{origin}/.well-known/oauth-protected-resource{each}" for each in (path, "")]
    for place in dict.fromkeys(places):
        status, found = await fetch(settings, "GET", place, "description of the server")
        if status != 200 or not found:
            continue
        identifier = str(found.get("resource", ""))
        if not _covers(identifier, url):
            raise SignInFailed(f"The server at {url[:200]} describes another one: {identifier[:200]!r}.")
        issuers = found.get("authorization_servers")
        if not isinstance(issuers, list) or not issuers:
            raise SignInFailed(f"The server at {url[:200]} names nobody who signs in for it.")
        supported = found.get("scopes_supported")
        scopes = " ".join(map(str, cast("list[Any]", supported)[:50])) if isinstance(supported, list) else ""
        return Resource(identifier, str(cast("list[Any]", issuers)[0]), challenge.get("scope", scopes), True)
    return Resource(url.partition("#")[0], origin, challenge.get("scope", ""), False)


async def find_authorization_server(settings: Settings, resource: Resource) -> AuthorizationServer:
    """Return whoever signs in for a server. Raises `SignInFailed`, `InvalidRequest` for a private address."""
    parts = urlsplit(resource.issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    places = [f"{origin}/.well-known/{each}{path}" for each in ("oauth-authorization-server", "openid-configuration")]
    if path:
        places.append(f"{origin}{path}/.well-known/openid-configuration")
    for place in places:
        status, found = await fetch(settings, "GET", place, "authorization server")
        if status == 200 and found:
            return _server(settings, resource, found)
    if resource.described:
        raise SignInFailed(f"The authorization server {resource.issuer[:200]} does not describe itself.")
    # The revision 2025-03-26 knows these addresses without any description.
    found = {f"{name}_endpoint": f"{origin}/{path}" for name, path in _DEFAULTS.items()}
    found |= {"issuer": resource.issuer, "code_challenge_methods_supported": ["S256"]}
    return _server(settings, resource, found)


_DEFAULTS = {"authorization": "authorize", "token": "token", "registration": "register"}


def _server(settings: Settings, resource: Resource, found: Json) -> AuthorizationServer:
    issuer = str(found.get("issuer", ""))
    if issuer.rstrip("/") != resource.issuer.rstrip("/"):
        raise SignInFailed(f"The authorization server {resource.issuer[:200]} calls itself {issuer[:200]!r}.")
    if "S256" not in _list(found.get("code_challenge_methods_supported")):
        raise SignInFailed(f"The authorization server {issuer[:200]} does not protect codes (PKCE with S256).")
    methods = _list(found.get("token_endpoint_auth_methods_supported")) or ["client_secret_basic"]
    registration = found.get("registration_endpoint")
    return AuthorizationServer(
        issuer=issuer,
        authorization=safe(found.get("authorization_endpoint"), settings, "authorization endpoint"),
        token=safe(found.get("token_endpoint"), settings, "token endpoint"),
        registration=safe(registration, settings, "registration endpoint") if registration else "",
        takes_documents=found.get("client_id_metadata_document_supported") is True,
        posts_secret="client_secret_basic" not in methods,
        tells_issuer=found.get("authorization_response_iss_parameter_supported") is True,
    )


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _covers(identifier: str, url: str) -> bool:
    """Tell whether a resource is this address, or one above it at the same place."""
    one, other = urlsplit(identifier), urlsplit(url)
    same = (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())
    above, path = one.path.rstrip("/"), other.path.rstrip("/")
    return same and (path == above or path.startswith(above + "/"))
