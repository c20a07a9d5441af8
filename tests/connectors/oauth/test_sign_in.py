"""Signing in to servers with OAuth, against the `mcp` package's own: the whole way, and what can go wrong on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from earthshine.connectors.oauth.exchange import Client, Flow, redeem
from earthshine.connectors.oauth.fetching import SignInFailed
from earthshine.connectors.store import Connectors
from earthshine.server import create_app
from earthshine.services import Services
from earthshine.settings import Settings
from tests.connectors.oauth.guarded_shop import GuardedShop, guarded_shop, query_of
from tests.responses.app import ROOT, People

Json = dict[str, Any]
HOME = "/earthshine/v1/connectors"


class Installation:
    """A server, asked as a browser or a program would ask."""

    def __init__(self, http: TestClient) -> None:
        self.http = http

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        headers = {"authorization": f"Bearer {ROOT}"}
        reply = self.http.request(method, path, json=body, headers=headers, follow_redirects=False)
        assert reply.status_code == status, (path, reply.status_code, reply.text)
        return reply.json()

    def keep(self, shop: GuardedShop, **more: Any) -> str:
        return self.ask("POST", HOME, {"name": "Shop", "url": shop.url, "require_approval": "never", **more})["id"]

    def begin(self, connector: str, **more: Any) -> str:
        return self.ask("POST", f"{HOME}/{connector}/sign_in", more)["authorization_url"]

    def sign_in(self, connector: str) -> httpx.Response:
        return self.come_back(agree(self.begin(connector, return_to="/library?tab=1")))

    def come_back(self, url: str) -> Any:
        return self.http.get(url, follow_redirects=False)

    def sell(self, connector: str, thing: str, status: int = 200) -> Any:
        body = {"name": "sell", "arguments": {"thing": thing}}
        return self.ask("POST", f"{HOME}/{connector}/try", body, status)


def agree(url: str) -> str:
    """Do what the person does, and return where the browser is sent then."""
    reply = httpx.get(url)
    assert reply.status_code == 302, reply.text
    return reply.headers["location"]


@contextmanager
def installed(data: Path) -> Generator[Installation]:
    settings = Settings(data=data, scripted=True, embedded_model=False, default_model="scripted", bootstrap_key=ROOT)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as http:
        yield Installation(http)


@pytest.fixture
def here(tmp_path: Path) -> Generator[Installation]:
    with installed(tmp_path) as opened:
        yield opened


@pytest.fixture
def shop() -> Generator[GuardedShop]:
    with guarded_shop() as made:
        yield made


def test_a_person_signs_in_uses_it_and_signs_out(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    assert "is not signed in" in here.sell(connector, "lamp", 502)["error"]["message"]
    back = here.sign_in(connector)
    assert back.status_code == 303 and back.headers["location"] == f"/library?tab=1&connector={connector}"
    [asked] = shop.provider.asked
    assert (asked.resource, asked.scopes) == (shop.url, ["shop"])
    assert here.ask("GET", f"{HOME}/{connector}")["signed_in"] is True
    assert here.sell(connector, "lamp")["text"] == "Sold lamp."
    script = json.dumps([{"tool_call": {"name": "shop__sell", "arguments": {"thing": "hat"}}}, {"text": "Sold."}])
    tool = {"type": "mcp", "server_label": "shop", "connector_id": connector}
    body = {"model": "scripted", "input": f"!script {script}", "tools": [tool]}
    assert here.ask("POST", "/v1/responses", body)["output"][1]["output"] == "Sold hat."
    assert here.ask("POST", f"{HOME}/{connector}/sign_out")["signed_in"] is False
    here.sell(connector, "lamp", 502)
    assert shop.sold == ["lamp", "hat"]


def test_tokens_outlive_a_restart_and_are_not_stored_in_the_clear(tmp_path: Path, shop: GuardedShop) -> None:
    with installed(tmp_path) as here:
        connector = here.keep(shop)
        here.sign_in(connector)
    [token] = shop.provider.access
    assert not any(token.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    with installed(tmp_path) as here:
        assert here.sell(connector, "lamp")["text"] == "Sold lamp."


def test_a_token_that_ends_in_a_run_is_refreshed_and_the_call_made_once(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    here.sign_in(connector)
    shop.provider.expire()
    assert here.sell(connector, "lamp")["text"] == "Sold lamp."
    shop.provider.lasts = 30  # less than the minute before which a token is renewed
    shop.provider.expire()
    here.sell(connector, "hat")
    here.sell(connector, "tea")
    assert shop.sold == ["lamp", "hat", "tea"] and shop.provider.refreshed >= 3


def test_each_person_signs_in_to_what_the_project_keeps(here: Installation, shop: GuardedShop) -> None:
    """Before that, what the project itself is signed in to counts."""
    people = People(here.http, Path())
    boss, other = people.sign_in("boss", "admin")[1], people.sign_in("other")[1]
    body = {"name": "Shop", "url": shop.url, "shared": True}
    connector = people.ask("POST", "/connectors", body, who=boss)["id"]

    def sign_in(who: str) -> None:
        url = people.ask("POST", f"/connectors/{connector}/sign_in", {}, who=who)["authorization_url"]
        people.ask("POST", f"/connectors/{connector}/sign_in", {"callback_url": agree(url)}, who=who)

    def sold(who: str, status: int = 200) -> Any:
        tried = {"name": "sell", "arguments": {"thing": "lamp"}}
        return people.ask("POST", f"/connectors/{connector}/try", tried, who=who, status=status)

    sign_in(boss)
    sold(boss)
    assert people.ask("GET", f"/connectors/{connector}", who=other)["signed_in"] is False
    sold(other, 502)
    sign_in(people.key)
    assert people.ask("GET", f"/connectors/{connector}", who=other)["signed_in"] is True
    sold(other)
    assert people.ask("POST", f"/connectors/{connector}/sign_out", who=boss)["signed_in"] is True
    # A code that somebody else was sent finishes nobody's sign-in but its own.
    url = people.ask("POST", f"/connectors/{connector}/sign_in", {}, who=boss)["authorization_url"]
    here.http.cookies.clear()
    back = agree(url)
    people.ask("POST", f"/connectors/{connector}/sign_in", {"callback_url": back}, who=other, status=400)


def test_many_calls_at_once_refresh_once(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    here.sign_in(connector)
    shop.provider.expire()
    shop.provider.delay = 0.5
    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(lambda n: here.sell(connector, str(n))["text"], range(6)))
    assert len(texts) == 6 and shop.provider.refreshed == 1


def test_two_servers_refresh_once(tmp_path: Path, shop: GuardedShop) -> None:
    with installed(tmp_path) as here:
        connector = here.keep(shop)
        here.sign_in(connector)
        shop.provider.expire()
        shop.provider.delay = 0.5
        app: Any = here.http.app
        services: Services = app.state.services
        own = services.get(Connectors)
        other = type(own.sign_ins)(services.get(Settings), own.sign_ins._database)

        async def both() -> list[str | None]:
            stale = await own.sign_ins.token(connector, "")
            assert stale is not None
            asked = (each.token(connector, "", not_this=stale) for each in (own.sign_ins, other))
            return list(await asyncio.gather(*asked))

        assert here.http.portal is not None
        one, two = here.http.portal.call(both)
        assert one == two and shop.provider.refreshed == 1


def test_who_is_signed_out_at_the_other_side_is_told(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    here.sign_in(connector)
    shop.provider.expire()
    shop.provider.refreshing.clear()
    assert "is not signed in" in here.sell(connector, "lamp", 502)["error"]["message"]
    assert here.ask("GET", f"{HOME}/{connector}")["signed_in"] is False


def test_rights_that_are_missing_are_asked_for_next_time(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    shop.provider.scopes = ["till"]
    here.sign_in(connector)
    assert "needs more rights" in here.sell(connector, "lamp", 502)["error"]["message"]
    shop.provider.scopes = ["shop"]
    here.sign_in(connector)
    assert here.sell(connector, "lamp")["text"] == "Sold lamp."


def test_only_the_browser_that_began_comes_back(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    back = agree(here.begin(connector))
    kept = dict(here.http.cookies)
    here.http.cookies.clear()
    error = here.come_back(back)
    assert error.status_code == 400 and "This browser did not begin" in error.text
    assert not shop.provider.access
    # Whoever began can hand in where another browser ended.
    done = here.ask("POST", f"{HOME}/{connector}/sign_in", {"callback_url": back})
    assert done == {"object": "connector.sign_in", "authorization_url": None, "signed_in": True}
    # A state is good once.
    here.http.cookies.update(kept)
    assert here.come_back(back).status_code == 400


def test_what_comes_back_must_answer_a_question_of_ours(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    assert here.come_back(f"{HOME}/callback?state=made-up&code=x").status_code == 400
    state = query_of(here.begin(connector))["state"]
    refused = here.come_back(f"{HOME}/callback?state={state}&error=server_error&error_description=No.")
    assert refused.status_code == 502 and "No." in refused.json()["error"]["message"]
    state = query_of(here.begin(connector, return_to="/library"))["state"]
    denied = here.come_back(f"{HOME}/callback?state={state}&error=access_denied")
    assert (denied.status_code, denied.headers["location"]) == (303, f"/library?connector={connector}")
    state = query_of(here.begin(connector))["state"]
    wrong = here.come_back(f"{HOME}/callback?state={state}&code=x&iss=https://evil.example")
    assert wrong.status_code == 502 and "iss" in wrong.json()["error"]["message"]
    state = query_of(here.begin(connector))["state"]
    wrong = here.come_back(f"{HOME}/callback?state={state}&code=made-up")
    assert wrong.status_code == 502 and "invalid_grant" in wrong.json()["error"]["message"]
    assert here.ask("GET", f"{HOME}/{connector}")["signed_in"] is False


def test_return_to_is_a_path_of_this_server(here: Installation, shop: GuardedShop) -> None:
    connector = here.keep(shop)
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example", "x"):
        error = here.ask("POST", f"{HOME}/{connector}/sign_in", {"return_to": evil}, 400)["error"]
        assert error["param"] == "return_to"


def test_a_client_that_was_registered_by_hand(here: Installation, shop: GuardedShop) -> None:
    registered = httpx.post(
        shop.url.replace("/mcp", "/register"),
        json={
            "redirect_uris": [f"http://127.0.0.1:8000{HOME}/callback"],
            "token_endpoint_auth_method": "client_secret_basic",
        },
    ).json()
    given = {"client_id": registered["client_id"], "client_secret": registered["client_secret"]}
    connector = here.keep(shop, **given)
    assert registered["client_secret"] not in json.dumps(here.ask("GET", f"{HOME}/{connector}"))
    here.sign_in(connector)
    assert here.sell(connector, "lamp")["text"] == "Sold lamp."
    assert len(shop.provider.clients) == 1


def test_our_own_document(here: Installation) -> None:
    said = here.http.get(f"{HOME}/client.json").json()
    assert said["client_id"] == f"http://127.0.0.1:8000{HOME}/client.json"
    assert said["redirect_uris"] == [f"http://127.0.0.1:8000{HOME}/callback"]


async def test_an_issuer_that_says_who_it_is_must_say_it(tmp_path: Path) -> None:
    client = Client("https://a.example", "https://a.example/token", "https://r.example", "", "id", "", False)
    flow = Flow(client, "v", "b", "/", tells_issuer=True, until=2**40)
    with pytest.raises(SignInFailed, match="iss"):
        await redeem(Settings(data=tmp_path), flow, "code", None)
