"""What an OpenID provider, a browser or somebody between them may send that is not the truth."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.permissions import PERMISSIONS
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.schemas import InviteCreate, UserCreate
from earthshine.accounts.people.tables import oidc_flows, sessions, users
from earthshine.accounts.sign_in.oidc.sign_in import Answer
from earthshine.accounts.sign_in.sessions import Device
from earthshine.accounts.tables import keys
from earthshine.database import Database
from earthshine.errors import EarthshineError, InvalidRequest, PermissionDenied, Unauthenticated, UpstreamFailed
from earthshine.settings import Settings
from tests.accounts.account_services import AccountServices
from tests.accounts.sign_in.oidc.hostile_provider import (
    CLIENT,
    SECRET,
    HostileProvider,
    hostile_provider,
    new_key,
    sign,
)

ROOT = Caller("key_root", "default", permissions=PERMISSIONS)
HERE = Device("browser", "192.0.2.1")
BROWSER: dict[str, str] = {}
"""What the browser keeps, by state."""
CALLBACK = "https://ai.example.org/earthshine/v1/sessions/oidc/callback"


@pytest.fixture
async def provider() -> AsyncGenerator[HostileProvider]:
    async with hostile_provider() as running:
        yield running


Opener = Callable[..., AccountServices]


@pytest.fixture
async def open_accounts(provider: HostileProvider, database: Database) -> AsyncGenerator[Opener]:
    keys = KeyRegistry(database)
    await keys.open("sk-es-test-administrator")
    opened: list[AccountServices] = []

    def open_with(**settings: Any) -> AccountServices:
        chosen = {"oidc_create": True, **settings}
        made = Settings(oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, **chosen)
        opened.append(AccountServices(made, database, keys))
        return opened[-1]

    yield open_with
    for each in opened:
        each.close()
    await keys.close()


@pytest.fixture
def accounts(open_accounts: Opener) -> AccountServices:
    return open_accounts()


async def ask(accounts: AccountServices) -> dict[str, str]:
    """Begin, and return what the browser is to bring to the provider."""
    assert accounts.oidc is not None
    url, _, sealed = await accounts.oidc.start(redirect_uri=CALLBACK, return_to="/chat")
    query = dict(parse_qsl(urlsplit(url).query))
    BROWSER[query["state"]] = sealed
    return query


async def come_back(accounts: AccountServices, code: str, state: str, **more: Any) -> Caller:
    """Bring the code, and return who signed in."""
    assert accounts.oidc is not None
    answer = Answer(code, state, more.get("issuer"), more.get("error"), more.get("browser", BROWSER.get(state, "")))
    signed_in, path = await accounts.oidc.finish(answer, HERE)
    assert path == "/chat"
    return await accounts.sessions.identify(signed_in.token)


async def sign_in(accounts: AccountServices, provider: HostileProvider) -> Caller:
    query = await ask(accounts)
    return await come_back(accounts, provider.grant(query), query["state"])


async def nobody_came_in(database: Database) -> bool:
    async with database.read() as connection:
        found = (await connection.execute(select(sessions.c.id).union(select(users.c.id)))).all()
    return not found


async def test_an_honest_provider(accounts: AccountServices, provider: HostileProvider, database: Database) -> None:
    query = await ask(accounts)
    assert query["tenant"] == "1"
    assert (query["client_id"], query["redirect_uri"], query["scope"]) == (CLIENT, CALLBACK, "openid email profile")
    caller = await come_back(accounts, provider.grant(query), query["state"], issuer=provider.issuer)
    assert (caller.email, caller.project) == ("amal@example.org", "default")
    assert caller.permissions == {"project.read", "project.write"}
    again = await sign_in(accounts, provider)
    assert again.user == caller.user
    assert provider.fetched == ["discovery", "keys"]
    async with database.read() as connection:
        person = (await connection.execute(select(users))).one()
    assert (person.name, person.password) == ("Amal أمل", None)
    assert person.subject == f"{provider.issuer} moon-1"


def _none(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def _none_with_a_kid(claims: dict[str, Any]) -> str:
    header = base64.urlsafe_b64encode(orjson.dumps({"alg": "NONE", "kid": "one"})).decode().rstrip("=")
    return f"{header}.{base64.urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip('=')}."


def _shared_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "secret" * 8, algorithm="HS256", headers={"kid": "shared"})


def _another_key(claims: dict[str, Any]) -> str:
    return sign(claims, new_key(), "one", "RS256")


def _stripped(claims: dict[str, Any]) -> str:
    return _another_key(claims).rpartition(".")[0] + "."


@pytest.mark.parametrize(
    "forge",
    [
        _none,
        _none_with_a_kid,
        _shared_secret,
        _another_key,
        _stripped,
        lambda _: "",
        lambda _: "a.b.c",
        lambda _: "x" * 5000,
    ],
)
async def test_forged_signatures(
    forge: Callable[[dict[str, Any]], str], accounts: AccountServices, provider: HostileProvider, database: Database
) -> None:
    provider.forge = forge
    with pytest.raises(Unauthenticated) as caught:
        await sign_in(accounts, provider)
    assert caught.value.code == "oidc_refused"
    assert await nobody_came_in(database)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 3},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else", CLIENT]},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
    ],
    ids=str,
)
async def test_claims_that_are_not_about_this_sign_in(
    claims: dict[str, Any], accounts: AccountServices, provider: HostileProvider, database: Database
) -> None:
    provider.claims = claims
    with pytest.raises(Unauthenticated):
        await sign_in(accounts, provider)
    assert await nobody_came_in(database)


@pytest.mark.parametrize("seconds", [{"exp": -120, "iat": -300}, {"iat": 600}, {"nbf": 600}], ids=str)
async def test_tokens_of_another_time(
    seconds: dict[str, int], accounts: AccountServices, provider: HostileProvider, database: Database
) -> None:
    provider.claims = {name: int(time.time()) + away for name, away in seconds.items()}
    with pytest.raises(Unauthenticated):
        await sign_in(accounts, provider)
    assert await nobody_came_in(database)


async def test_clocks_may_differ_by_a_minute(accounts: AccountServices, provider: HostileProvider) -> None:
    now = int(time.time())
    provider.claims = {"iat": now + 45, "nbf": now + 45}
    await sign_in(accounts, provider)
    provider.claims = {"iat": now - 400, "exp": now - 45}
    await sign_in(accounts, provider)


async def test_state_belongs_to_one_browser_once(
    accounts: AccountServices, provider: HostileProvider, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, other = await ask(accounts), await ask(accounts)
    mine = BROWSER[query["state"]]
    for state, browser in (("another", mine), ("", mine), (query["state"], ""), (query["state"], "planted")):
        with pytest.raises(Unauthenticated, match="state"):
            await come_back(accounts, provider.grant(query), state, browser=browser)
    with pytest.raises(Unauthenticated, match="state"):
        await come_back(accounts, provider.grant(query), query["state"], browser=BROWSER[other["state"]])
    with monkeypatch.context() as later:
        later.setattr("cryptography.fernet.time.time", lambda: time.time_ns() / 10**9 + 601)
        with pytest.raises(Unauthenticated, match="too long"):
            await come_back(accounts, provider.grant(query), query["state"])
    # What was right and came to nothing is used up all the same.
    with pytest.raises(Unauthenticated):
        await come_back(accounts, "no code", query["state"])
    with pytest.raises(Unauthenticated, match="already"):
        await come_back(accounts, provider.grant(query), query["state"])
    assert await nobody_came_in(database)


async def test_those_who_begin_and_never_come_back_leave_nothing(
    accounts: AccountServices, provider: HostileProvider, database: Database
) -> None:
    for _ in range(200):
        await ask(accounts)
    async with database.read() as connection:
        assert (await connection.execute(select(oidc_flows.c.state))).all() == []
    await sign_in(accounts, provider)


async def test_a_code_is_good_once_and_for_who_asked(accounts: AccountServices, provider: HostileProvider) -> None:
    first, second = await ask(accounts), await ask(accounts)
    code = provider.grant(first)
    await come_back(accounts, code, first["state"])
    with pytest.raises(Unauthenticated, match="state"):
        await come_back(accounts, code, first["state"])
    with pytest.raises(Unauthenticated, match="invalid_grant"):
        await come_back(accounts, code, second["state"])
    # A code that was stolen from another sign-in does not fit this one's secret (PKCE).
    stolen, third = provider.grant(await ask(accounts)), await ask(accounts)
    with pytest.raises(Unauthenticated, match="invalid_grant"):
        await come_back(accounts, stolen, third["state"])


async def test_another_provider_answers_or_this_one_refuses(
    accounts: AccountServices, provider: HostileProvider
) -> None:
    query = await ask(accounts)
    with pytest.raises(Unauthenticated, match="iss"):
        await come_back(accounts, provider.grant(query), query["state"], issuer="https://evil.example")
    query = await ask(accounts)
    with pytest.raises(Unauthenticated, match="access_denied"):
        await come_back(accounts, "", query["state"], error="access_denied")


async def test_new_keys_are_found_and_old_ones_forgotten(accounts: AccountServices, provider: HostileProvider) -> None:
    await sign_in(accounts, provider)
    old = provider.keys["one"]
    provider.keys, provider.kid = {"two": new_key()}, "two"
    await sign_in(accounts, provider)
    assert provider.fetched.count("keys") == 2
    provider.forge = lambda claims: sign(claims, old, "one", "RS256")
    with pytest.raises(Unauthenticated):
        await sign_in(accounts, provider)
    provider.forge = None
    # The same name for another key, and another kind of key.
    provider.keys["two"] = ec.generate_private_key(ec.SECP256R1())
    provider.algorithm = "ES256"
    await sign_in(accounts, provider)
    provider.kid = None
    provider.keys, provider.algorithm = {"one": new_key()}, "PS256"
    await sign_in(accounts, provider)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"token_endpoint": None},
        {"jwks_uri": "http://10.0.0.1/keys"},
        {"jwks_uri": 3},
    ],
    ids=str,
)
async def test_discovery_that_leads_elsewhere(
    metadata: dict[str, Any], accounts: AccountServices, provider: HostileProvider
) -> None:
    provider.metadata = metadata
    with pytest.raises(UpstreamFailed):
        await ask(accounts)


async def test_a_provider_that_is_away(open_accounts: Opener, database: Database) -> None:
    accounts = open_accounts()
    assert accounts.oidc is not None
    accounts.oidc._provider.issuer = "http://127.0.0.1:9"
    with pytest.raises(UpstreamFailed, match="does not answer"):
        await ask(accounts)


async def test_an_address_that_is_not_verified_proves_nothing(
    open_accounts: Opener, provider: HostileProvider, database: Database
) -> None:
    accounts = open_accounts()
    victim = await accounts.users.add(ROOT, UserCreate(email="amal@example.org", role="owner"))
    for verified in (False, None, "false", "yes", 1):
        provider.claims = {"email_verified": verified}
        with pytest.raises(PermissionDenied):
            await sign_in(accounts, provider)
    trusting = open_accounts(oidc_trust_email=True)
    assert (await sign_in(trusting, provider)).user == victim["id"]


async def test_a_verified_address_opens_its_account_and_no_likeness_does(
    accounts: AccountServices, provider: HostileProvider, database: Database
) -> None:
    victim = await accounts.users.add(ROOT, UserCreate(email="mike@example.org"))
    strasse = await accounts.users.add(ROOT, UserCreate(email="strasse@example.org"))
    for email in ("mi\u212ae@example.org", "stra\u00dfe@example.org", "\uff4dike@example.org"):
        provider.claims = {"email": email, "sub": f"attacker {email}"}
        try:
            caller = await sign_in(accounts, provider)
        except (PermissionDenied, InvalidRequest):
            continue
        assert caller.user not in (victim["id"], strasse["id"])
    provider.claims = {"email": "Mike@Example.ORG", "sub": "mike"}
    assert (await sign_in(accounts, provider)).user == victim["id"]
    provider.claims = {"email": "mike@example.org", "sub": "another mike"}
    with pytest.raises(PermissionDenied, match="somebody else"):
        await sign_in(accounts, provider)
    # The provider's id is what counts from then on, whatever the address is.
    provider.claims = {"email": "renamed@example.org", "sub": "mike"}
    assert (await sign_in(accounts, provider)).user == victim["id"]


async def test_only_the_invited_come_in_unless_it_is_said_otherwise(
    open_accounts: Opener, provider: HostileProvider, database: Database
) -> None:
    accounts = open_accounts(oidc_create=False)
    async with database.read() as connection:
        root = replace(ROOT, key_id=(await connection.execute(select(keys.c.id))).scalar_one())
    with pytest.raises(PermissionDenied) as caught:
        await sign_in(accounts, provider)
    assert caught.value.code == "not_invited"
    made = await accounts.invites.create(root, InviteCreate(email="amal@example.org", role="viewer", projects=[]))
    caller = await sign_in(accounts, provider)
    assert "organization.read" in caller.permissions
    assert (await accounts.invites.get(ROOT, made["id"]))["status"] == "accepted"


async def test_only_allowed_domains(open_accounts: Opener, provider: HostileProvider) -> None:
    accounts = open_accounts(oidc_domains="example.org, موقع.مصر")
    await sign_in(accounts, provider)
    provider.claims = {"email": "أمل@موقع.مصر", "sub": "2"}
    await sign_in(accounts, provider)
    for email in (
        "a@evil.example",
        "a@sub.example.org",
        "a@example.org.evil.example",
        "a@example.org@evil.example",
        None,
    ):
        provider.claims = {"email": email, "sub": "3"}
        with pytest.raises(EarthshineError):
            await sign_in(accounts, provider)


async def test_the_address_may_stand_in_userinfo(accounts: AccountServices, provider: HostileProvider) -> None:
    provider.claims = {"email": None, "email_verified": None, "name": None}
    provider.userinfo = {"sub": "somebody else", "email": "boss@example.org", "email_verified": True}
    with pytest.raises(PermissionDenied):
        await sign_in(accounts, provider)
    provider.userinfo = {"sub": "moon-1", "email": "luna@example.org", "email_verified": True}
    assert (await sign_in(accounts, provider)).email == "luna@example.org"


async def test_a_secret_in_the_body_where_the_provider_wants_it_there(
    accounts: AccountServices, provider: HostileProvider
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await sign_in(accounts, provider)


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil.example", "chat", "", "/a\nb"])
async def test_nobody_is_sent_on_to_another_site(path: str, accounts: AccountServices) -> None:
    assert accounts.oidc is not None
    with pytest.raises(InvalidRequest):
        await accounts.oidc.start(redirect_uri=CALLBACK, return_to=path)
