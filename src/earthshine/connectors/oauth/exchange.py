"""Becoming a client of an authorization server, sending a person there, and codes and refresh tokens made tokens.

Source: RFC 7591 (registration), RFC 7636 (PKCE), RFC 8707 (resources), RFC 6749 sections 4.1 and 6.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any, NotRequired
from urllib.parse import quote, urlencode

from typing_extensions import TypedDict

from earthshine.connectors.oauth.discovery import AuthorizationServer, Resource
from earthshine.connectors.oauth.fetching import Json, SignInFailed, fetch
from earthshine.settings import Settings

FLOW_SECONDS = 900
"""So long a person may take."""
_LONGEST_TOKEN = 16_384


class SignedOut(SignInFailed):
    """The authorization server does not take what we have any more: the person has to sign in again."""


@dataclass(frozen=True, slots=True)
class Client:
    """What an authorization server knows us as, and where it makes tokens."""

    issuer: str
    token: str
    resource: str
    redirect_uri: str
    id: str
    secret: str
    posts_secret: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """A person who was sent to an authorization server."""

    client: Client
    verifier: str
    """The secret of PKCE."""
    browser: str
    """The hash of what the browser that began keeps."""
    return_to: str
    tells_issuer: bool
    until: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an authorization server gave."""

    client: Client
    access: str
    refresh: str
    """Empty where there is none."""
    until: int
    """Unix seconds; 0 where it did not say."""
    scope: str


class ClientDocument(TypedDict):
    """What authorization servers read of this installation. Source: RFC 7591."""

    client_id: NotRequired[str]
    client_name: str
    redirect_uris: list[str]
    grant_types: list[str]
    response_types: list[str]
    token_endpoint_auth_method: str


def client_document(address: str, redirect_uri: str) -> ClientDocument:
    """Return what we say of ourselves to authorization servers; `address`: where this is read, or empty."""
    said: ClientDocument = {
        "client_name": "Earthshine",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    return {**said, "client_id": address} if address else said


async def register(
    settings: Settings, server: AuthorizationServer, resource: Resource, redirect_uri: str, document: str
) -> Client:
    """Become a client; `document`: the address of a public one about us. Raises `SignInFailed`."""
    where = server.issuer, server.token, resource.identifier, redirect_uri
    if server.takes_documents and document:
        return Client(*where, document, "", False)
    if not server.registration:
        raise SignInFailed(
            f"Clients cannot register by themselves at {server.issuer[:200]}. Register one there, with the redirect "
            f"address {redirect_uri}, and give the connector its `client_id` and `client_secret`."
        )
    said = client_document("", redirect_uri)
    status, found = await fetch(settings, "POST", server.registration, "registration endpoint", json=said)
    if status not in (200, 201) or not isinstance(found.get("client_id"), str):
        raise SignInFailed(f"{server.issuer[:200]} does not take us as a client: {_reason(status, found)}.")
    secret = found.get("client_secret")
    posts = found.get("token_endpoint_auth_method", "none") != "client_secret_basic"
    return Client(*where, found["client_id"], secret if isinstance(secret, str) else "", posts)


def begin(
    server: AuthorizationServer, client: Client, scope: str, browser: str, return_to: str
) -> tuple[str, str, Flow]:
    """Return where to send a person, what comes back from there, and what is needed then."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect_uri,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "resource": client.resource,
    }
    query |= {"scope": scope} if scope else {}
    until = int(time.time()) + FLOW_SECONDS
    flow = Flow(client, verifier, hashed(browser), return_to, server.tells_issuer, until)
    url = f"{server.authorization}{'&' if '?' in server.authorization else '?'}{urlencode(query)}"
    return url, state, flow


async def redeem(settings: Settings, flow: Flow, code: str, issuer: str | None) -> Tokens:
    """Make tokens of a code. Raises `SignInFailed`."""
    if (issuer is None and flow.tells_issuer) or (issuer is not None and not _same(issuer, flow.client.issuer)):
        raise SignInFailed("Another authorization server answered (iss). Begin again.")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": flow.client.redirect_uri}
    return await _ask(settings, flow.client, {**form, "code_verifier": flow.verifier}, "", "")


async def refresh(settings: Settings, tokens: Tokens, *, scope: str = "") -> Tokens:
    """Make new tokens; `scope`: what they are to be for, otherwise as those before.

    Raises `SignedOut` where the person has to sign in again, `SignInFailed` for another failure.
    """
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, **({"scope": scope} if scope else {})}
    return await _ask(settings, tokens.client, form, tokens.refresh, tokens.scope)


async def _ask(settings: Settings, client: Client, form: dict[str, str], old_refresh: str, old_scope: str) -> Tokens:
    headers: dict[str, str] = {}
    # Some want the id in the body although the header has it.
    form = {**form, **({"resource": client.resource} if client.resource else {}), "client_id": client.id}
    if client.secret and client.posts_secret:
        form["client_secret"] = client.secret
    elif client.secret:
        pair = ":".join(quote(each, safe="") for each in (client.id, client.secret))
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    status, found = await fetch(settings, "POST", client.token, "token endpoint", data=form, headers=headers)
    if status in (400, 401):
        raise SignedOut(f"{client.issuer[:200]} does not accept this sign-in: {_reason(status, found)}.")
    access = found.get("access_token")
    if (
        status != 200
        or not isinstance(access, str)
        or not 0 < len(access) <= _LONGEST_TOKEN
        or not access.isprintable()
    ):
        raise SignInFailed(f"{client.issuer[:200]} gives no token: {_reason(status, found)}.")
    if str(found.get("token_type", "")).lower() != "bearer":
        raise SignInFailed(f"{client.issuer[:200]} gives a token of a kind that is not known here.")
    lasts, new, scope = found.get("expires_in"), found.get("refresh_token"), found.get("scope")
    return Tokens(
        client=client,
        access=access,
        refresh=new if isinstance(new, str) and len(new) <= _LONGEST_TOKEN else old_refresh,
        until=int(time.time() + lasts) if isinstance(lasts, int | float) and 0 < lasts < 2**31 else 0,
        scope=scope[:2000] if isinstance(scope, str) else old_scope,
    )


def hashed(text: str) -> str:
    """Return what is kept of something that only its owner knows."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def dump(value: Flow | Tokens) -> Json:
    """Return it as JSON values."""
    return asdict(value)


def load_flow(value: Json) -> Flow:
    """Read what `dump` wrote."""
    return Flow(client=Client(**value.pop("client")), **value)


def load_tokens(value: Json) -> Tokens:
    """Read what `dump` wrote."""
    return Tokens(client=Client(**value.pop("client")), **value)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.rstrip("/").encode("utf-8", "replace"), other.rstrip("/").encode())


def _reason(status: int, found: dict[str, Any]) -> str:
    told = " ".join(str(found[name])[:300] for name in ("error", "error_description") if found.get(name))
    return told or f"status {status}"
